"""An emulator of the Gigs Core API (https://developers.gigs.com), built on the shared frame.

`python -m local.emulators.gigs --port 8093` serves it. What is documented by Gigs and what had to
be assumed is said in the docstring of each module; `switches.Switches` holds every variant that
the documentation leaves open, so that a client can be tried against all of them.
"""
