"""`python -m ops.salesforce_project generate` writes the generated files of `salesforce/`.

`check` instead of `generate` runs the checks that need neither Java nor Node; `install` installs
the Node tools; `format` formats Apex and Lightning modules; `screen` compiles the components for
the local stack.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from ops.salesforce_project.generating import generate, outdated
from ops.salesforce_project.manifest import ManifestError
from ops.salesforce_project.node_tools import build_screen, format_all, install
from ops.salesforce_project.paths import PROJECT
from ops.salesforce_project.references import check_references
from ops.salesforce_project.schema import check_schema
from ops.salesforce_project.texts import TextsError


def check(project: Path = PROJECT) -> list[str]:
    """The findings of all fast checks; also what keeps the generator from running."""
    stale = [f"{name} is out of date: run `make salesforce-generate`" for name in outdated(project)]
    return [*stale, *check_schema(project), *check_references(project)]


def _report() -> int:
    findings = check()
    print("\n".join(findings) or "The Salesforce project has no findings.")
    return 1 if findings else 0


def _generate() -> int:
    generate()
    return 0


COMMANDS: dict[str, Callable[[], int]] = {
    "check": _report,
    "format": format_all,
    "generate": _generate,
    "install": install,
    "screen": build_screen,
}


def main(arguments: list[str]) -> int:
    """The exit code: 0 without findings, 1 with, 2 when the sources do not fit together."""
    command = COMMANDS.get(arguments[0]) if len(arguments) == 1 else None
    if command is None:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        return command()
    except (ManifestError, TextsError) as error:
        print(f"The Salesforce project: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
