"""An emulator of the Gigs Core API (https://developers.gigs.com), built on the shared frame.

`python -m local.emulators.gigs --port 8093` serves it. The docstring of each module says what Gigs
documents and what had to be assumed. `switches.Switches` holds every variant that the
documentation leaves open, so that a client can be tested with all of them.
"""
