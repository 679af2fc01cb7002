"""Date and Datetime (Apex Reference Guide). GMT is the only time zone that is modelled."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from local.emulators.salesforce.apex.errors import Unsupported
from local.emulators.salesforce.apex.library.registry import PlatformType
from local.emulators.salesforce.apex.values import Long

if TYPE_CHECKING:
    from local.emulators.salesforce.apex.machine import Machine

DATE = PlatformType("Date")
DATETIME = PlatformType("Datetime")
_FORMATS = {
    "yyyy-MM-dd": "%Y-%m-%d",
    "yyyy-MM-dd'T'HH:mm:ss'Z'": "%Y-%m-%dT%H:%M:%SZ",
    "yyyy-MM-dd HH:mm:ss": "%Y-%m-%d %H:%M:%S",
}


@DATE.static("today()")
def _today(machine: Machine) -> date:
    zone = ZoneInfo(machine.session.org.switches.time_zone)
    return machine.session.now().astimezone(zone).date()


@DATE.static("newInstance(Integer, Integer, Integer)")
def _new_date(_: Machine, year: int, month: int, day: int) -> date:
    return date(year, month, day)


@DATE.method("addDays(Integer)")
def _add_days(_: Machine, day: date, count: int) -> date:
    return day + timedelta(days=count)


@DATETIME.static("now()")
def _now(machine: Machine) -> datetime:
    return machine.session.now()


@DATETIME.static("newInstanceGmt(Integer, Integer, Integer, Integer, Integer, Integer)")
def _new_gmt(  # the platform's own parameters
    _: Machine, year: int, month: int, day: int, hour: int, minute: int, second: int
) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


@DATETIME.static("newInstance(Long)")
def _from_milliseconds(_: Machine, milliseconds: Long) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=int(milliseconds))


@DATETIME.method("getTime()")
def _get_time(_: Machine, moment: datetime) -> Long:
    since = moment - datetime.fromtimestamp(0, UTC)
    return Long(since // timedelta(milliseconds=1))


@DATETIME.method("addSeconds(Integer)")
def _add_seconds(_: Machine, moment: datetime, count: int) -> datetime:
    return moment + timedelta(seconds=count)


@DATETIME.method("addMinutes(Integer)")
def _add_minutes(_: Machine, moment: datetime, count: int) -> datetime:
    return moment + timedelta(minutes=count)


@DATETIME.method("addHours(Integer)")
def _add_hours(_: Machine, moment: datetime, count: int) -> datetime:
    return moment + timedelta(hours=count)


@DATETIME.method("addDays(Integer)")
def _moment_add_days(_: Machine, moment: datetime, count: int) -> datetime:
    return moment + timedelta(days=count)


@DATETIME.method("formatGmt(String)")
def _format_gmt(_: Machine, moment: datetime, pattern: str) -> str:
    if pattern not in _FORMATS:
        raise Unsupported(f"Datetime.formatGmt({pattern!r})")
    return moment.strftime(_FORMATS[pattern])
