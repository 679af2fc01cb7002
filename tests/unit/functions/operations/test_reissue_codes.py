"""docs/reissues.md and the code explain the same codes with the same words."""

from __future__ import annotations

from pathlib import Path

from portal.domain.operation_errors import REISSUE, REISSUE_DECLINED

DOCUMENT = Path(__file__).parents[4] / "docs" / "reissues.md"


def test_every_code_has_its_row() -> None:
    codes = DOCUMENT.read_text(encoding="utf-8").partition("## Codes")[2]
    rows = [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in codes.splitlines()
        if line.startswith("| `")
    ]
    assert rows == [
        [f"`{code}`", reason.action, reason.customer] for code, reason in sorted(REISSUE.items())
    ]


def test_what_needs_no_operator_is_a_code() -> None:
    assert set(REISSUE) >= REISSUE_DECLINED
