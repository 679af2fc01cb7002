"""Date functions of SOQL; like an org without convertTimezone(), they count in UTC."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from local.emulators.salesforce.schema import FieldType
from local.emulators.salesforce.values import Value

_MONTHS_A_QUARTER = 3


def _of_day(compute: Callable[[date], float]) -> Callable[[Value], Value]:
    def apply(value: Value) -> Value:
        return float(compute(value)) if isinstance(value, date) else None

    return apply


def _day_only(value: Value) -> Value:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None


def _hour(value: Value) -> Value:
    return float(value.hour) if isinstance(value, datetime) else None


DATE_FUNCTIONS: dict[str, tuple[FieldType, Callable[[Value], Value]]] = {
    "CALENDAR_YEAR": ("int", _of_day(lambda day: day.year)),
    "CALENDAR_QUARTER": ("int", _of_day(lambda day: (day.month - 1) // _MONTHS_A_QUARTER + 1)),
    "CALENDAR_MONTH": ("int", _of_day(lambda day: day.month)),
    "DAY_IN_MONTH": ("int", _of_day(lambda day: day.day)),
    "DAY_IN_WEEK": ("int", _of_day(lambda day: day.isoweekday() % 7 + 1)),
    "DAY_ONLY": ("date", _day_only),
    "HOUR_IN_DAY": ("int", _hour),
}
