"""Converts values between JSON and the store, with Salesforce's refusals.

Stored: str, bool, float (all numbers), datetime.date, datetime.datetime (UTC, whole seconds)
or None. Text is trimmed and empty text is null, as in an org.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from local.emulators.salesforce import ids
from local.emulators.salesforce.errors import ApiError, DmlError
from local.emulators.salesforce.schema import LONG_TEXT, NUMBER_TYPES, TEXT_TYPES, Field

Value = str | bool | float | date | datetime | None

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(
    r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})(:\d{2})?(\.\d{1,9})?(Z|[+-]\d{2}:?\d{2})?", re.ASCII
)
_EMAIL = re.compile(r"[^\s@,;]+@[^\s@,;]+\.[^\s@,;.]{2,}")


def parse_date(text: str) -> date | None:
    """`YYYY-MM-DD`, or None."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def parse_moment(text: str) -> datetime | None:
    """ISO 8601 with an optional zone (none: UTC), to whole seconds in UTC, or None."""
    match = _MOMENT.fullmatch(text)
    if match is None:
        return None
    minute, second, _, zone = match.groups()
    zone = "+00:00" if zone in {None, "Z"} else zone
    if ":" not in zone:
        zone = f"{zone[:3]}:{zone[3:]}"
    try:
        return datetime.fromisoformat(f"{minute}{second or ':00'}{zone}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def render(field: Field, value: Value) -> Any:
    """A stored value as it appears in an answer."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    if isinstance(value, date):
        return value.isoformat()
    if field.type == "int" and isinstance(value, float):
        return int(value)
    return value


def accept(field: Field, raw: Any) -> Value:
    """A JSON value as stored; raises ApiError (wrong JSON type) or DmlError (wrong content)."""
    if raw is None:
        if field.type == "boolean":
            raise DmlError(
                "INVALID_TYPE_ON_FIELD_IN_RECORD",
                f"{field.label}: value not of required type: ",
                field.name,
            )
        return None
    return _READERS[_family(field)](field, raw)


def _family(field: Field) -> str:
    if field.type in NUMBER_TYPES:
        return "number"
    return "text" if field.type in TEXT_TYPES else field.type


def _misfit(field: Field, raw: Any) -> ApiError:
    wanted = {"reference": "id", "boolean": "boolean", "date": "date", "datetime": "datetime"}
    kind = "double" if field.type in NUMBER_TYPES else wanted.get(field.type, "string")
    shown = raw if isinstance(raw, str) else "" if isinstance(raw, dict | list) else repr(raw)
    return ApiError(
        "JSON_PARSER_ERROR",
        f"Cannot deserialize instance of {kind} from {_token(raw)} value {shown} "
        "or request may be missing a required field at [line:1, column:2]",
    )


def _token(raw: Any) -> str:
    if isinstance(raw, bool):
        return "VALUE_TRUE" if raw else "VALUE_FALSE"
    names = {int: "VALUE_NUMBER_INT", float: "VALUE_NUMBER_FLOAT", str: "VALUE_STRING"}
    return names.get(type(raw), "START_ARRAY" if isinstance(raw, list) else "START_OBJECT")


def _text(field: Field, raw: Any) -> Value:
    if not isinstance(raw, str):
        raise _misfit(field, raw)
    text = raw.strip()
    if len(text) > field.length:
        shown = text if field.length <= LONG_TEXT else text[:LONG_TEXT]
        raise DmlError(
            "STRING_TOO_LONG",
            f"{field.label}: data value too large: {shown} (max length={field.length})",
            field.name,
        )
    if not text:
        return None
    if field.type == "email" and not _EMAIL.fullmatch(text):
        raise DmlError(
            "INVALID_EMAIL_ADDRESS", f"{field.label}: invalid email address: {text}", field.name
        )
    if field.restricted:
        _check_picklist(field, text)
    return text


def _check_picklist(field: Field, text: str) -> None:
    chosen = text.split(";") if field.type == "multipicklist" else [text]
    if not set(chosen) <= set(field.values):
        raise DmlError(
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            f"{field.label}: bad value for restricted picklist field: {text}",
            field.name,
        )


def _number(field: Field, raw: Any) -> Value:
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        raise _misfit(field, raw)
    try:
        exact = Decimal(str(raw).strip())
    except InvalidOperation as error:
        raise _misfit(field, raw) from error
    if not exact.is_finite() or abs(exact) >= Decimal(10) ** (field.precision - field.scale):
        raise DmlError(
            "NUMBER_OUTSIDE_VALID_RANGE",
            f"{field.label}: value outside of valid range on numeric field: {raw}",
            field.name,
        )
    return float(exact.quantize(Decimal(1).scaleb(-field.scale), rounding=ROUND_HALF_UP))


def _boolean(field: Field, raw: Any) -> Value:
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and raw.lower() in {"true", "false"}:
        return raw.lower() == "true"
    raise _misfit(field, raw)


def _calendar(field: Field, raw: Any) -> Value:
    parse: Callable[[str], Value] = parse_date if field.type == "date" else parse_moment
    if isinstance(raw, str) and not raw.strip():
        return None
    value = parse(raw.strip()) if isinstance(raw, str) else None
    if value is None and field.type == "datetime" and isinstance(raw, str):
        day = parse_date(raw.strip())
        value = None if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC)
    if value is None:
        raise _misfit(field, raw)
    return value


def _reference(field: Field, raw: Any) -> Value:
    if not isinstance(raw, str):
        raise _misfit(field, raw)
    if not raw.strip():
        return None
    record_id = ids.normalise(raw.strip())
    if record_id is None:
        raise malformed_id(field, raw)
    return record_id


def malformed_id(field: Field, raw: Any) -> DmlError:
    """For something that is no id, or the id of another kind of object."""
    return DmlError("MALFORMED_ID", f"{field.label}: id value of incorrect type: {raw}", field.name)


_READERS: dict[str, Callable[[Field, Any], Value]] = {
    "text": _text,
    "number": _number,
    "boolean": _boolean,
    "date": _calendar,
    "datetime": _calendar,
    "reference": _reference,
    "id": _reference,
}
