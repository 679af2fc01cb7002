"""The sentence at the end of the doctor's report."""

from __future__ import annotations

import pytest

from ops.doctor.model import Check, Finding, Line, ok, unknown, warning, wrong
from ops.doctor.report import summary

CHECK = Check(id="portal.health", title="", look=lambda _: ok(""), remedy="", page="")


@pytest.mark.parametrize(
    ("findings", "sentence"),
    [
        ([ok("")], "1 of 1 checks passed."),
        ([ok(""), warning("", "x")], "2 of 2 checks passed, 1 warning."),
        ([warning("", "x"), warning("", "x")], "2 of 2 checks passed, 2 warnings."),
        ([wrong("", "x"), unknown("", "x"), ok("")], "1 of 3 checks passed, 1 wrong, 1 unknown."),
    ],
)
def test_the_sentence_counts_the_checks_by_result(findings: list[Finding], sentence: str) -> None:
    assert summary([Line(check=CHECK, finding=one) for one in findings]) == sentence
