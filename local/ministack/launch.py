"""Starts ministack so that Lambdas run under another interpreter: `launch.py PYTHON`.

ministack starts its workers with `sys.executable`. Runs under ministack's own environment, so it
imports nothing of the project.
"""

import runpy
import sys

if __name__ == "__main__":
    sys.executable = sys.argv.pop(1)
    runpy.run_module("ministack", run_name="__main__", alter_sys=True)
