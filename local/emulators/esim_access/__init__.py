"""An emulator of the eSIM Access Partner API (https://docs.esimaccess.com), on the shared frame.

`python -m local.emulators.esim_access --port 8095` serves it. What is documented by eSIM Access and
what had to be assumed is said in the docstring of each module; `switches.Switches` holds every
variant that the documentation leaves open, so that a client can be tried against all of them.
"""
