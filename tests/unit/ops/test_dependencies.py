"""The audit of locked packages: what it lists, what it knows, and what it says it does not know."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from ops.dependencies import advisories, sbom
from ops.dependencies.__main__ import ROOT, report
from ops.dependencies.advisories import Advisories, NotUpdated
from ops.dependencies.locks import NODE, PYTHON, Package, all_packages

TODAY = date(2026, 11, 27)
OLD = Package(PYTHON, "oldlib", "1.0.0")
FINE = Package(NODE, "@scope/fine", "2.0.0")


def answering(status: int = 200, body: object = None) -> httpx.Client:
    def handle(request: httpx.Request) -> httpx.Response:
        queries = json.loads(request.content)["queries"]
        results = [
            {"vulns": [{"id": "GHSA-1"}]} if q["package"]["name"] == OLD.name else {}
            for q in queries
        ]
        return httpx.Response(status, json={"results": results} if body is None else body)

    return httpx.Client(transport=httpx.MockTransport(handle))


def said(packages: list[Package], known: Advisories, today: date = TODAY) -> tuple[int, str]:
    out = io.StringIO()
    code = report(packages, known, known.age(today), Console(file=out, width=120))
    return code, out.getvalue()


def test_every_lock_file_is_read() -> None:
    packages = all_packages(ROOT)
    names = {(p.ecosystem, p.name) for p in packages}
    assert {(PYTHON, "pydantic"), (PYTHON, "schemathesis"), (NODE, "preact")} <= names
    assert len(packages) == len(set(packages)) > 200


def test_the_bill_of_materials_names_each_by_its_package_url() -> None:
    document = sbom.document([OLD, FINE])
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    assert [c["purl"] for c in document["components"]] == [
        "pkg:pypi/oldlib@1.0.0",
        "pkg:npm/%40scope/fine@2.0.0",
    ]


def test_a_known_vulnerability_fails_the_audit(tmp_path: Path) -> None:
    known = advisories.ask([OLD, FINE], TODAY, answering)
    advisories.save(known, tmp_path / "list.json")
    assert advisories.load(tmp_path / "list.json") == known
    code, text = said([OLD, FINE], known)
    assert (code, "oldlib 1.0.0: GHSA-1" in text) == (1, True)
    assert said([FINE], known)[0] == 0


@pytest.mark.parametrize("body", [{}, {"results": []}, [], {"results": [1, 2]}])
def test_an_answer_of_another_form_updates_nothing(body: object) -> None:
    with pytest.raises(NotUpdated):
        advisories.ask([OLD, FINE], TODAY, lambda: answering(body=body))


def test_no_network_updates_nothing() -> None:
    def down(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no network")

    with pytest.raises(NotUpdated, match="ConnectError"):
        advisories.ask([OLD], TODAY, lambda: httpx.Client(transport=httpx.MockTransport(down)))


def test_what_is_not_known_is_said() -> None:
    assert "never updated" in said([OLD], Advisories())[1]
    old = Advisories(updated=date(2026, 9, 1), asked=frozenset({OLD}))
    code, text = said([OLD, FINE], old)
    assert code == 0
    assert "87 days old" in text
    assert "1 packages are newer than the list" in text
