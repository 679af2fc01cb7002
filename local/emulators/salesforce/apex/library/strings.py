"""String and Id (Apex Reference Guide, "String Class" and "Id Class")."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from local.emulators.salesforce import ids
from local.emulators.salesforce.apex import types
from local.emulators.salesforce.apex.errors import Unsupported
from local.emulators.salesforce.apex.library.registry import PlatformType
from local.emulators.salesforce.apex.values import ApexList, ApexSet, Id

if TYPE_CHECKING:
    from local.emulators.salesforce.apex.machine import Machine

STRING = PlatformType("String")
ID = PlatformType("Id")


@STRING.static("valueOf(Object)", nulls=True)
def _value_of(machine: Machine, value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return machine.text(value)


@STRING.static("isBlank(String)", nulls=True)
def _is_blank(_: Machine, text: str | None) -> bool:
    return text is None or not text.strip()


@STRING.static("isNotBlank(String)", nulls=True)
def _is_not_blank(_: Machine, text: str | None) -> bool:
    return text is not None and bool(text.strip())


@STRING.static("isEmpty(String)", nulls=True)
def _is_empty(_: Machine, text: str | None) -> bool:
    return not text


@STRING.static("isNotEmpty(String)", nulls=True)
def _is_not_empty(_: Machine, text: str | None) -> bool:
    return bool(text)


@STRING.static("join(Iterable<Object>, String)")
def _join(machine: Machine, items: ApexList | ApexSet, separator: str) -> str:
    parts = items.items if isinstance(items, ApexList) else items
    return separator.join("" if item is None else machine.text(item) for item in parts)


@STRING.static("format(String, List<Object>)")
def _format(machine: Machine, pattern: str, items: ApexList) -> str:
    if "'" in pattern:
        raise Unsupported("String.format with a quote in the pattern")
    texts = [machine.text(item) for item in items.items]

    def fill(match: re.Match[str]) -> str:
        position = int(match.group(1))
        return texts[position] if position < len(texts) else match.group()

    if re.search(r"\{(?!\d+\})", pattern):
        raise Unsupported("String.format with anything but {0}, {1}, …")
    return re.sub(r"\{(\d+)\}", fill, pattern)


@STRING.static("escapeSingleQuotes(String)")
def _escape_single_quotes(_: Machine, text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")


@STRING.method("length()")
def _length(_: Machine, text: str) -> int:
    return len(text)


@STRING.method("toLowerCase()")
def _to_lower(_: Machine, text: str) -> str:
    return text.lower()


@STRING.method("toUpperCase()")
def _to_upper(_: Machine, text: str) -> str:
    return text.upper()


@STRING.method("trim()")
def _trim(_: Machine, text: str) -> str:
    return text.strip()


@STRING.method("contains(String)")
def _contains(_: Machine, text: str, part: str) -> bool:
    return part in text


@STRING.method("containsIgnoreCase(String)")
def _contains_ignore_case(_: Machine, text: str, part: str) -> bool:
    return part.lower() in text.lower()


@STRING.method("startsWith(String)")
def _starts_with(_: Machine, text: str, part: str) -> bool:
    return text.startswith(part)


@STRING.method("endsWith(String)")
def _ends_with(_: Machine, text: str, part: str) -> bool:
    return text.endswith(part)


@STRING.method("equals(Object)", nulls=True)
def _equals(_: Machine, text: str, other: Any) -> bool:
    return isinstance(other, str) and str(text) == str(other)


@STRING.method("equalsIgnoreCase(String)", nulls=True)
def _equals_ignore_case(_: Machine, text: str, other: str | None) -> bool:
    return other is not None and text.lower() == other.lower()


@STRING.method("indexOf(String)")
def _index_of(_: Machine, text: str, part: str) -> int:
    return text.find(part)


@STRING.method("replace(String, String)")
def _replace(_: Machine, text: str, part: str, by: str) -> str:
    return text.replace(part, by)


@STRING.method("remove(String)")
def _remove(_: Machine, text: str, part: str) -> str:
    return text.replace(part, "")


@STRING.method("removeStart(String)")
def _remove_start(_: Machine, text: str, part: str) -> str:
    return text.removeprefix(part)


@STRING.method("removeEnd(String)")
def _remove_end(_: Machine, text: str, part: str) -> str:
    return text.removesuffix(part)


@STRING.method("substringAfter(String)")
def _substring_after(_: Machine, text: str, part: str) -> str:
    return text.partition(part)[2]


@STRING.method("substringBefore(String)")
def _substring_before(_: Machine, text: str, part: str) -> str:
    return text.partition(part)[0]


@STRING.method("substringAfterLast(String)")
def _substring_after_last(_: Machine, text: str, part: str) -> str:
    return text.rpartition(part)[2] if part in text else ""


@STRING.method("substring(Integer)")
def _substring_from(machine: Machine, text: str, start: int) -> str:
    return _slice(machine, text, start, len(text))


@STRING.method("substring(Integer, Integer)")
def _substring(machine: Machine, text: str, start: int, end: int) -> str:
    return _slice(machine, text, start, end)


def _slice(machine: Machine, text: str, start: int, end: int) -> str:
    if not 0 <= start <= end <= len(text):
        machine.throw("StringException", f"Starting position out of bounds: {start}")
    return text[start:end]


@STRING.method("left(Integer)")
def _left(_: Machine, text: str, count: int) -> str:
    return text[: max(count, 0)]


@STRING.method("right(Integer)")
def _right(_: Machine, text: str, count: int) -> str:
    return text[-count:] if count > 0 else ""


@STRING.method("abbreviate(Integer)")
def _abbreviate(machine: Machine, text: str, width: int) -> str:
    shortest = 4
    if width < shortest:
        machine.throw("IllegalArgumentException", "Minimum abbreviation width is 4")
    return text if len(text) <= width else text[: width - 3] + "..."


@STRING.method("leftPad(Integer, String)")
def _left_pad(_: Machine, text: str, width: int, pad: str) -> str:
    if len(pad) != 1:
        raise Unsupported("String.leftPad with more than one character")
    return text.rjust(width, pad)


@STRING.method("repeat(Integer)")
def _repeat(_: Machine, text: str, times: int) -> str:
    return text * times


@STRING.method("split(String)")
def _split(_: Machine, text: str, separator: str) -> ApexList:
    if re.escape(separator) != separator and separator not in {",", ";", ":", " "}:
        raise Unsupported("String.split by a regular expression")
    parts = text.split(separator)
    while len(parts) > 1 and not parts[-1]:
        # As in Java, empty strings at the end are left out.
        parts.pop()
    return ApexList(types.STRING, parts)


@ID.static("valueOf(String)")
def _id_value_of(machine: Machine, text: str) -> Id:
    long = ids.normalise(text)
    if long is None:
        machine.throw("StringException", f"Invalid id: {text}")
    return Id(long)


@ID.method("to15()")
def _to15(_: Machine, value: Id) -> str:
    return value[: ids.SHORT]
