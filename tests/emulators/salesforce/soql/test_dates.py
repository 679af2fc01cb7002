"""Date literals, at a moment when Tokyo is a day (and a year) ahead of UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from local.emulators.salesforce.soql.dates import span, start_of

# Thursday 2026-12-31 15:30 UTC is Friday 2027-01-01 00:30 in Tokyo.
NOW = datetime(2026, 12, 31, 15, 30, tzinfo=UTC)
TOKYO = ZoneInfo("Asia/Tokyo")


@pytest.mark.parametrize(
    ("literal", "first", "after"),
    [
        ("TODAY", date(2027, 1, 1), date(2027, 1, 2)),
        ("yesterday", date(2026, 12, 31), date(2027, 1, 1)),
        ("TOMORROW", date(2027, 1, 2), date(2027, 1, 3)),
        ("THIS_WEEK", date(2026, 12, 27), date(2027, 1, 3)),
        ("LAST_WEEK", date(2026, 12, 20), date(2026, 12, 27)),
        ("LAST_MONTH", date(2026, 12, 1), date(2027, 1, 1)),
        ("NEXT_MONTH", date(2027, 2, 1), date(2027, 3, 1)),
        ("LAST_QUARTER", date(2026, 10, 1), date(2027, 1, 1)),
        ("THIS_YEAR", date(2027, 1, 1), date(2028, 1, 1)),
        ("LAST_90_DAYS", date(2026, 10, 3), date(2027, 1, 2)),
        ("LAST_N_DAYS:7", date(2026, 12, 25), date(2027, 1, 2)),
        ("NEXT_N_DAYS:7", date(2027, 1, 2), date(2027, 1, 9)),
        ("N_DAYS_AGO:2", date(2026, 12, 30), date(2026, 12, 31)),
        ("LAST_N_MONTHS:2", date(2026, 11, 1), date(2027, 1, 1)),
        ("NEXT_N_WEEKS:2", date(2027, 1, 3), date(2027, 1, 17)),
        ("N_YEARS_AGO:1", date(2026, 1, 1), date(2027, 1, 1)),
    ],
)
def test_span_in_tokyo(literal: str, first: date, after: date) -> None:
    assert span(literal, NOW, TOKYO) == (first, after)


def test_the_users_zone_decides_what_today_is() -> None:
    assert span("TODAY", NOW, ZoneInfo("UTC")) == (date(2026, 12, 31), date(2027, 1, 1))
    assert start_of(date(2027, 1, 1), TOKYO) == datetime(2026, 12, 31, 15, tzinfo=UTC)


@pytest.mark.parametrize("literal", ["LAST_N_PARSECS:1", "SOON", "LAST_DECADE", "N_DAYS_AHEAD:1"])
def test_unknown(literal: str) -> None:
    assert span(literal, NOW, TOKYO) is None
