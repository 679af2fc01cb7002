"""JSON (Apex Reference Guide): serialize and deserializeUntyped."""

from __future__ import annotations

import json
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
def _serialize_without_nulls(machine: Machine, value: Any, suppress: bool) -> str:  # noqa: FBT001  # the platform's own parameter
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


def _write(plain: Any) -> str:
    return json.dumps(plain, separators=(",", ":"), ensure_ascii=False)


def _plain(machine: Machine, value: Any, *, suppress_nulls: bool) -> Any:  # noqa: PLR0911  # one line per kind of value
    def inner(item: Any) -> Any:
        return _plain(machine, item, suppress_nulls=suppress_nulls)

    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, EnumConstant):
        return value.name
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, datetime):
        moment = value.astimezone(UTC)
        return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal) and not isinstance(value, StoredDecimal):
        if value == value.to_integral_value() and value.as_tuple().exponent == 0:
            return int(value)
        raise Unsupported("JSON of a Decimal with a fraction")
    if isinstance(value, ApexList):
        return [inner(item) for item in value.items]
    if isinstance(value, ApexSet):
        return [inner(item) for item in value]
    if isinstance(value, ApexMap):
        pairs = [(machine.text(key), item) for key, item in value.pairs()]
    elif isinstance(value, Instance) and not value.cls.is_exception():
        pairs = list(machine.fields_of(value))
    else:
        raise Unsupported(f"JSON of {type_of(value)}")
    return {
        key: inner(item) for key, item in pairs if not (suppress_nulls and item is None)
    }


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
