"""An emulator of the eSIM Access Partner API (https://docs.esimaccess.com), on the shared frame.

`python -m local.emulators.esim_access --port 8095` serves it. The docstring of each module says
what eSIM Access documents and what had to be assumed. `switches.Switches` holds every variant that
the documentation leaves open, so that a client can be tested with all of them.
"""
