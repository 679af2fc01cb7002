"""The list of known vulnerabilities of our packages, which is kept in the repository.

It holds what OSV (osv.dev) answers for the locked versions and is updated when a network allows.
Between updates it says how old it is: a package that was added since then is not known to it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import httpx

from ops.dependencies.locks import Package

URL = "https://api.osv.dev/v1/querybatch"
MOST = 500
"""Queries in one request; OSV takes 1000."""
SECONDS = 20.0
STALE_DAYS = 30


@dataclass(frozen=True)
class Advisory:
    """One vulnerability of one locked version; `id` is OSV's."""

    id: str
    ecosystem: str
    name: str
    version: str


@dataclass(frozen=True)
class Advisories:
    """What is known: `asked` are the packages that OSV was asked about on the day `updated`."""

    updated: date | None = None
    asked: frozenset[Package] = frozenset()
    found: tuple[Advisory, ...] = field(default=())

    def of(self, packages: Iterable[Package]) -> list[Advisory]:
        """Those of the given packages."""
        wanted = {(p.ecosystem, p.name, p.version) for p in packages}
        return [a for a in self.found if (a.ecosystem, a.name, a.version) in wanted]

    def unknown(self, packages: Iterable[Package]) -> list[Package]:
        """Packages about which nobody was asked."""
        return [package for package in packages if package not in self.asked]

    def age(self, today: date) -> int | None:
        """Days since the last update; None when there was none."""
        return None if self.updated is None else (today - self.updated).days


class NotUpdated(Exception):
    """OSV did not answer, or not as documented."""


def load(file: Path) -> Advisories:
    """The list as it is kept; an empty one when there is no file."""
    if not file.is_file():
        return Advisories()
    kept: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return Advisories(
        updated=date.fromisoformat(kept["updated"]),
        asked=frozenset(Package(*entry) for entry in kept["asked"]),
        found=tuple(Advisory(**entry) for entry in kept["found"]),
    )


def save(advisories: Advisories, file: Path) -> None:
    """Keep the list."""
    kept = {
        "updated": str(advisories.updated),
        "asked": [[p.ecosystem, p.name, p.version] for p in sorted(advisories.asked)],
        "found": [asdict(advisory) for advisory in advisories.found],
    }
    file.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def ask(
    packages: Sequence[Package],
    today: date,
    client: Callable[[], httpx.Client] = lambda: httpx.Client(timeout=SECONDS),
) -> Advisories:
    """Ask OSV about all packages. Raises NotUpdated."""
    found: list[Advisory] = []
    try:
        with client() as http:
            for start in range(0, len(packages), MOST):
                found += _ask_some(http, packages[start : start + MOST])
    except (httpx.HTTPError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise NotUpdated(type(error).__name__) from error
    return Advisories(updated=today, asked=frozenset(packages), found=tuple(found))


def _ask_some(http: httpx.Client, packages: Sequence[Package]) -> list[Advisory]:
    queries = [
        {"package": {"ecosystem": p.ecosystem, "name": p.name}, "version": p.version}
        for p in packages
    ]
    answer = http.post(URL, json={"queries": queries})
    answer.raise_for_status()
    results = answer.json()["results"]
    if len(results) != len(packages):
        raise ValueError("another number of results than of queries")
    return [
        Advisory(str(vulnerability["id"]), p.ecosystem, p.name, p.version)
        for p, result in zip(packages, results, strict=True)
        for vulnerability in result.get("vulns", [])
    ]
