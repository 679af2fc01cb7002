"""An interpreter for the Apex of the SFDX project. It runs on the emulator's org.

It models the subset of Apex that the project uses. At everything else it stops with `Unsupported`,
which names file and line. `docs/salesforce-apex.md` lists what is modelled.
"""
