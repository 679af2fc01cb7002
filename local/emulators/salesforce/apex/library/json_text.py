"""JSON (Apex Reference Guide): serialize and deserializeUntyped."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from local.emulators.salesforce.apex import types
from local.emulators.salesforce.apex.errors import Unsupported
from local.emulators.salesforce.apex.library.registry import PlatformType
from local.emulators.salesforce.apex.values import (
    INTEGER_RANGE,
    LONG_RANGE,
    ApexList,
    ApexMap,
    ApexSet,
    EnumConstant,
    Instance,
    Long,
    StoredDecimal,
    type_of,
)

if TYPE_CHECKING:
    from local.emulators.salesforce.apex.machine import Machine

JSON = PlatformType("JSON")


@JSON.static("serialize(Object)", nulls=True)
def _serialize(machine: Machine, value: Any) -> str:
    return _write(_plain(machine, value, suppress_nulls=False))


@JSON.static("serialize(Object, Boolean)")
def _serialize_without_nulls(
    machine: Machine, value: Any, suppress: bool
) -> str:  # the platform's own parameter
    return _write(_plain(machine, value, suppress_nulls=suppress))


@JSON.static("deserializeUntyped(String)")
def _deserialize_untyped(machine: Machine, text: str) -> Any:
    def refuse(constant: str) -> Any:
        raise ValueError(constant)

    try:
        parsed = json.loads(text, parse_float=_Fraction, parse_constant=refuse)
    except ValueError:
        first = text.strip()[:1]
        # The platform names character and position; the project reads neither.
        machine.throw("JSONException", f"Unexpected character ('{first}') at input location [1,1]")
    return _apex(parsed)


class _Fraction(str):
    """A number with a fraction, of which it is not documented what it becomes."""

    __slots__ = ()


def _write(plain: Any) -> str:
    return json.dumps(plain, separators=(",", ":"), ensure_ascii=False)


def _plain(machine: Machine, value: Any, *, suppress_nulls: bool) -> Any:
    if not isinstance(value, ApexList | ApexSet | ApexMap | Instance):
        return scalar(value)
    if isinstance(value, ApexList | ApexSet):
        items = value.items if isinstance(value, ApexList) else value
        return [_plain(machine, item, suppress_nulls=suppress_nulls) for item in items]
    return {
        key: _plain(machine, item, suppress_nulls=suppress_nulls)
        for key, item in _pairs(machine, value)
        if not (suppress_nulls and item is None)
    }


def _pairs(machine: Machine, value: ApexMap | Instance) -> list[tuple[str, Any]]:
    if isinstance(value, ApexMap):
        return [(machine.text(key), item) for key, item in value.pairs()]
    if value.cls.is_exception():
        raise Unsupported(f"JSON of {value.cls.name}")
    return list(machine.fields_of(value))


def scalar(value: Any) -> Any:
    """A primitive value as JSON carries it; raises Unsupported where that is unsure."""
    for kind, write in _SCALARS:
        if isinstance(value, kind):
            return write(value)
    raise Unsupported(f"JSON of {type_of(value)}")


def _decimal(value: Decimal) -> int:
    whole = value == value.to_integral_value() and value.as_tuple().exponent == 0
    if not whole or isinstance(value, StoredDecimal):
        raise Unsupported("JSON of a Decimal from a query or with a fraction")
    return int(value)


def _moment(value: datetime) -> str:
    moment = value.astimezone(UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


# The first that fits: a bool is an int, a datetime is a date.
_SCALARS: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (type(None), lambda _: None),
    (bool, lambda value: value),
    (EnumConstant, lambda value: value.name),
    (str, str),
    (int, int),
    (datetime, _moment),
    (date, date.isoformat),
    (Decimal, _decimal),
)


def _apex(parsed: Any) -> Any:
    if isinstance(parsed, _Fraction):
        raise Unsupported("JSON.deserializeUntyped of a number with a fraction")
    if isinstance(parsed, dict):
        entries = ApexMap(types.STRING, types.OBJECT)
        for key, value in parsed.items():
            entries.put(key, _apex(value))
        return entries
    if isinstance(parsed, list):
        return ApexList(types.OBJECT, [_apex(item) for item in parsed])
    if isinstance(parsed, int) and not isinstance(parsed, bool) and parsed not in INTEGER_RANGE:
        if parsed not in LONG_RANGE:
            raise Unsupported("JSON.deserializeUntyped of a number beyond Long")
        return Long(parsed)
    return parsed
