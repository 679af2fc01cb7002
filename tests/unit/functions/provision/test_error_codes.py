"""Codes that the workflow can stop with, and the page that explains them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from portal.domain.provisioning_errors import REASONS

ROOT = Path(__file__).parents[4]
PAGE = (ROOT / "docs" / "error-codes.md").read_text(encoding="utf-8")
SOURCES = [
    *(ROOT / "functions" / "provision").rglob("*.py"),
    *(ROOT / "layers" / "shared" / "python" / "portal" / "engine").glob("*.py"),
    ROOT / "layers" / "shared" / "python" / "portal" / "adapters" / "whmcs" / "orders.py",
]
STOPS = re.compile(r'(?:StopWorkflow|Postpone|Retry)\(\s*"([a-z-]+)"')
UPSTREAMS = ("salesforce", "whmcs", "esim", "aws")
FAMILIES = ("access-denied", "refused", "outcome-unknown", "unavailable")


def raised() -> set[str]:
    """Every code that the sources name, and the families that the engine puts together."""
    text = "\n".join(source.read_text(encoding="utf-8") for source in SOURCES)
    found = set(STOPS.findall(text))
    found |= set(re.findall(r'\("[^"]+", "([a-z]+-[a-z-]+)"\)', text))
    found |= {
        f"{who}-{what}" for who in ("salesforce", "whmcs", "esim", "aws") for what in FAMILIES
    }
    return found | {"cancelled", "retries-exhausted"}


def test_every_code_that_can_occur_is_explained() -> None:
    assert raised() - set(REASONS) == set()


def test_no_code_is_explained_that_cannot_occur() -> None:
    assert set(REASONS) - raised() == set()


@pytest.mark.parametrize("code", REASONS)
def test_the_page_says_what_salesforce_says(code: str) -> None:
    reason = REASONS[code]
    assert f"| `{code}` | {reason.action} | {reason.customer} |" in PAGE


def test_the_page_has_nothing_else() -> None:
    assert set(re.findall(r"^\| `([a-z-]+)` \|", PAGE, re.MULTILINE)) == set(REASONS)


@pytest.mark.parametrize("code", REASONS)
def test_texts_fit_and_tell_customers_nothing_internal(code: str) -> None:
    assert len(code) <= 80
    assert not re.search(r"WHMCS|Salesforce|Gigs|worker|Lambda", REASONS[code].customer)
