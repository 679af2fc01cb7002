"""Date and Datetime."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from local.emulators.salesforce.apex.errors import Unsupported
from local.emulators.salesforce.apex.values import Long
from tests.emulators.salesforce.apex.running import Apex


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("Date.newInstance(2026, 11, 27).addDays(4)", date(2026, 12, 1)),
        ("Datetime.newInstance(1790000000123L).getTime()", 1_790_000_000_123),
        ("Datetime.newInstance(1790000000123L).getTime() / 1000", 1_790_000_000),
        (
            "Datetime.newInstanceGmt(2026, 11, 27, 1, 2, 3).addMinutes(1).addSeconds(-3)",
            datetime(2026, 11, 27, 1, 3, tzinfo=UTC),
        ),
        (
            "Datetime.newInstanceGmt(2026, 11, 27, 1, 2, 3).addHours(-2).addDays(1)",
            datetime(2026, 11, 27, 23, 2, 3, tzinfo=UTC),
        ),
        (
            "Datetime.newInstanceGmt(2026, 11, 27, 1, 2, 3).formatGmt('yyyy-MM-dd HH:mm:ss')",
            "2026-11-27 01:02:03",
        ),
        ("Date.newInstance(2026, 1, 1) < Date.newInstance(2026, 1, 2)", True),
    ],
)
def test_values(apex: Apex, expression: str, expected: Any) -> None:
    assert apex.value(expression) == expected


def test_now_is_the_orgs_clock_in_milliseconds(apex: Apex) -> None:
    before = apex.value("Datetime.now().getTime()")
    assert type(before) is Long
    assert len(str(before)) == 13
    assert apex.value("System.now().getTime()") >= before


def test_today_is_in_the_users_time_zone(apex: Apex) -> None:
    assert isinstance(apex.value("Date.today()"), date)


def test_other_patterns_are_not_modelled(apex: Apex) -> None:
    with pytest.raises(Unsupported, match="formatGmt"):
        apex.value("Datetime.now().formatGmt('EEE')")
