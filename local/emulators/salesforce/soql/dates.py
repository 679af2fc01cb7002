"""Date literals: the span of time that `LAST_N_DAYS:7` and its kin stand for.

SOQL and SOSL Reference, "Date Formats and Date Literals". Days begin at midnight in the user's
time zone; weeks begin on Sunday, as in an org with an English locale.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}
_MONTHS_A_YEAR = 12


def span(text: str, now: datetime, zone: ZoneInfo) -> tuple[date, date] | None:
    """First day and the day after the last one, in the user's time zone; None when unknown."""
    name, _, count = text.upper().partition(":")
    today = now.astimezone(zone).date()
    if count:
        return _counted(name, int(count), today)
    day = timedelta(days=1)
    near = {"TODAY": 0, "YESTERDAY": -1, "TOMORROW": 1}
    if name in near:
        first = today + near[name] * day
        return first, first + day
    if name == "LAST_90_DAYS":
        return today - 90 * day, today + day
    if name == "NEXT_90_DAYS":
        return today + day, today + 91 * day
    when, _, unit = name.partition("_")
    shift = {"LAST": -1, "THIS": 0, "NEXT": 1}.get(when)
    return None if shift is None else _period(unit, shift, 1, today)


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """Midnight of a day in the user's time zone, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _counted(name: str, count: int, today: date) -> tuple[date, date] | None:
    """`LAST_N_DAYS:n`, `NEXT_N_MONTHS:n`, `N_YEARS_AGO:n` and the like."""
    day = timedelta(days=1)
    match name.split("_"):
        case ["N", "DAYS", "AGO"]:
            return today - count * day, today - (count - 1) * day
        case ["N", units, "AGO"]:
            return _period(units.removesuffix("S"), -count, 1, today)
        case ["LAST", "N", "DAYS"]:
            # Includes today, as NEXT_N_DAYS does not.
            return today - count * day, today + day
        case ["NEXT", "N", "DAYS"]:
            return today + day, today + (count + 1) * day
        case ["LAST" | "NEXT" as when, "N", units]:
            shift = -count if when == "LAST" else 1
            return _period(units.removesuffix("S"), shift, count, today)
    return None


def _period(unit: str, shift: int, length: int, today: date) -> tuple[date, date] | None:
    """`length` whole units, the first of them `shift` units from the current one."""
    if unit == "WEEK":
        sunday = today - timedelta(days=today.isoweekday() % 7)
        first = sunday + timedelta(weeks=shift)
        return first, first + timedelta(weeks=length)
    if unit not in _MONTHS:
        return None
    months = _MONTHS[unit]
    current = today.year * _MONTHS_A_YEAR + (today.month - 1) // months * months
    return _month(current + shift * months), _month(current + (shift + length) * months)


def _month(number: int) -> date:
    return date(number // _MONTHS_A_YEAR, number % _MONTHS_A_YEAR + 1, 1)
