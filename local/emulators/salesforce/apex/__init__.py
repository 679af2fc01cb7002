"""An interpreter for the Apex that the SFDX project contains, run on the emulator's org.

It models the subset of Apex that the project writes and stops with `Unsupported`, naming file
and line, at everything else. `docs/salesforce-apex.md` lists what is modelled.
"""
