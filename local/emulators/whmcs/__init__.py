"""An emulator of WHMCS 8.x: its API, and the few client-area pages that single sign-on opens.

Start it with `python -m local.emulators.whmcs --port 8092`. The seed format is described in
`local.emulators.whmcs.seed`, the variants that can be switched in `local.emulators.whmcs.switches`.
"""
