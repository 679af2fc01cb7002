"""`python -m local.emulators.salesforce.apex` runs the project's Apex tests with coverage."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from local.emulators.salesforce.apex.errors import ApexFailure
from local.emulators.salesforce.apex.metadata import DEFAULT_PACKAGE
from local.emulators.salesforce.apex.program import Program
from local.emulators.salesforce.apex.testing import Report, Suite
from local.emulators.salesforce.metadata import project_root


def main(arguments: list[str] | None = None) -> int:
    """Print the result; 0 when every test passes and the coverage suffices."""
    parser = argparse.ArgumentParser(
        prog="python -m local.emulators.salesforce.apex",
        description="Run the Apex tests of an SFDX project on the Salesforce emulator.",
    )
    parser.add_argument("--project", type=Path, default=project_root(), help="its folder")
    parser.add_argument(
        "--package",
        action="append",
        help=f"package directory, later ones replace classes (default: {DEFAULT_PACKAGE})",
    )
    parser.add_argument("--only", help="one test class")
    parser.add_argument("--coverage", type=float, default=0, help="the least percentage of lines")
    options = parser.parse_args(arguments)
    started = time.monotonic()
    try:
        program = Program.load(options.project, options.package or (DEFAULT_PACKAGE,))
    except (ApexFailure, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    report = Suite(program).run(options.only)
    _print(report, time.monotonic() - started)
    enough = report.coverage.percent() >= options.coverage
    return 0 if report.results and not report.failed and enough else 1


def _print(report: Report, seconds: float) -> None:
    for result in report.failed:
        print(f"FAIL {result.cls}.{result.method}: {result.failure}")
    for file in report.coverage.files():
        missed = f"  missed: {', '.join(map(str, file.missed))}" if file.missed else ""
        print(f"{file.file:44}{file.percent:6.1f} % of {file.lines:3} lines{missed}")
    passed = len(report.results) - len(report.failed)
    print(
        f"{passed} passed, {len(report.failed)} failed, "
        f"{report.coverage.percent():.1f} % covered, {seconds:.1f} s"
    )


if __name__ == "__main__":
    sys.exit(main())
