"""`python -m ops.dependencies [--update]`: write the SBOM and compare with the known advisories.

Exit codes: 0 nothing known, 1 something vulnerable is locked. That the list could not be
updated, or is old, is said and is no failure: a build without a network must pass.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from ops.dependencies import advisories, sbom
from ops.dependencies.advisories import Advisories, NotUpdated
from ops.dependencies.locks import Package, all_packages

ROOT = Path(__file__).parents[2]
LIST = Path(__file__).parent / "advisories.json"
SBOM = ROOT / "build" / "sbom.cdx.json"
UPDATE = "--update"


def main(arguments: list[str]) -> int:
    """Run the audit."""
    console, today = Console(), datetime.now(UTC).date()
    packages = all_packages(ROOT)
    SBOM.parent.mkdir(exist_ok=True)
    SBOM.write_text(json.dumps(sbom.document(packages), indent=1) + "\n", encoding="utf-8")
    console.print(f"{len(packages)} packages, listed in {SBOM.relative_to(ROOT)}")
    known = advisories.load(LIST)
    if UPDATE in arguments:
        try:
            known = advisories.ask(packages, today)
        except NotUpdated as error:
            console.print(
                f"✗ The list of advisories could not be updated: {error}.", style="yellow"
            )
        else:
            advisories.save(known, LIST)
    return report(packages, known, known.age(today), console)


def report(packages: list[Package], known: Advisories, age: int | None, console: Console) -> int:
    """Say what is known and how well; 1 when something vulnerable is locked."""
    if age is None:
        sentence = "✗ Nothing is known of vulnerabilities: the list was never updated."
        console.print(sentence, style="yellow")
        return 0
    if age > advisories.STALE_DAYS:
        console.print(f"✗ The list of advisories is {age} days old.", style="yellow")
    if unknown := known.unknown(packages):
        console.print(f"✗ {len(unknown)} packages are newer than the list.", style="yellow")
    found = known.of(packages)
    for advisory in found:
        console.print(f"✗ {advisory.name} {advisory.version}: {advisory.id}", style="red")
    console.print(f"{len(found)} known vulnerabilities in what is locked.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
