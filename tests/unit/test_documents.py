"""The documents as a whole: every link leads somewhere, and the index names every page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from portal.smoke.model import SmokeStep

from ops.doctor.checks import CHECKS
from ops.doctor.write_probes import probes

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(
    [
        ROOT / "README.md",
        ROOT / "CHANGELOG.md",
        ROOT / "salesforce" / "README.md",
        *DOCS.rglob("*.md"),
    ]
)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def links(page: Path) -> Iterator[str]:
    """Targets of links that are not outside the project."""
    for target in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        if not re.match(r"[a-z]+:", target):
            yield target


def anchors(page: Path) -> set[str]:
    """The anchors that renderers make from headings."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", title.lower()) for title in titles)
    return {title.strip().replace(" ", "-") for title in plain}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in links(page):
        path, _, anchor = unquote(target).partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), f"{target} does not exist"
        if anchor and found.suffix == ".md":
            assert anchor in anchors(found), f"{target}: there is no such heading"


def test_the_index_names_every_page() -> None:
    index = DOCS / "README.md"
    named = {(DOCS / target.partition("#")[0]).resolve() for target in links(index)}
    pages = {page for page in DOCS.glob("*.md") if page != index}
    assert {str(page.relative_to(ROOT)) for page in pages - named} == set()


def test_links_and_headings_are_read_right() -> None:
    assert list(links(DOCS / "README.md"))
    assert "the-steps" in anchors(DOCS / "provisioning.md")


def test_what_only_real_systems_show_names_lines_of_the_doctor_and_steps_of_the_smoke_test() -> (
    None
):
    page = (DOCS / "local-stack.md").read_text(encoding="utf-8")
    table = page.partition("## What only real systems can show")[2].partition("\n## ")[0]
    lines = {check.id for check in (*CHECKS, *probes(client_id=1))}
    systems = "|".join({line.partition(".")[0] for line in lines})
    assert set(re.findall(rf"`((?:{systems})\.[a-z-]+)`", table)) <= lines
    steps = re.findall(r"smoke ((?:`[a-z-]+`(?:, )?)+)", table)
    assert {step for group in steps for step in re.findall(r"[a-z-]+", group)} <= set(SmokeStep)
