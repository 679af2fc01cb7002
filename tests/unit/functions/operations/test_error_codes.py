"""Codes that an operation can stop with, and the page that explains them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from portal.domain.operation_errors import TOPUP, TOPUP_DECLINED

ROOT = Path(__file__).parents[4]
PAGE = (ROOT / "docs" / "topups.md").read_text(encoding="utf-8")
STEPS = [
    *(ROOT / "functions" / "operations" / "topup" / "steps").glob("*.py"),
    ROOT / "functions" / "operations" / "topup" / "looks.py",
    ROOT / "functions" / "operations" / "topup" / "requests.py",
    *(ROOT / "layers" / "shared" / "python" / "portal" / "engine").glob("*.py"),
]
STOPS = re.compile(r'(?:StopWorkflow|Postpone|Retry)\(\s*"([a-z-]+)"')
FAMILIES = ("access-denied", "refused", "outcome-unknown", "unavailable")


def raised() -> set[str]:
    """Every code that the steps name, and the families that the engine puts together."""
    text = "\n".join(source.read_text(encoding="utf-8") for source in STEPS)
    found = set(STOPS.findall(text))
    found |= {f"{who}-{what}" for who in ("whmcs", "esim", "aws") for what in FAMILIES}
    return found | {"cancelled", "retries-exhausted", "payment-pending"}


def test_every_code_that_can_occur_is_explained_and_no_other() -> None:
    assert set(TOPUP) == raised()


def test_what_needs_no_operator_is_a_code() -> None:
    assert set(TOPUP) >= TOPUP_DECLINED


@pytest.mark.parametrize("code", TOPUP)
def test_the_page_says_what_everybody_reads(code: str) -> None:
    reason = TOPUP[code]
    assert f"| `{code}` | {reason.action} | {reason.customer} |" in PAGE


def test_the_page_has_nothing_else() -> None:
    table = PAGE.partition("<!-- table: codes -->")[2]
    assert set(re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE)) == set(TOPUP)


@pytest.mark.parametrize("code", TOPUP)
def test_customers_are_told_nothing_internal(code: str) -> None:
    assert not re.search(r"WHMCS|Salesforce|Gigs|worker|Lambda|Case", TOPUP[code].customer)
