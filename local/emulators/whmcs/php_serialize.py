"""PHP's `serialize` format, strictly, and the base64 envelope that WHMCS puts around it.

Only what WHMCS documents is understood: null, booleans, integers, floats, strings and arrays.
Objects and references are refused, lengths are counted in bytes, nothing may follow the value.
Sources: PHP manual, `serialize`; WHMCS API reference, AddOrder and AddClient (`customfields`).
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TypeAlias

from local.emulators.whmcs.php_forms import array_key

PhpData: TypeAlias = "bool | int | float | str | PhpMap | None"
PhpMap: TypeAlias = "dict[int | str, PhpData]"

_INTEGER = re.compile(rb"i:(-?[0-9]+);")
_FLOAT = re.compile(rb"d:(-?(?:[0-9]+(?:\.[0-9]+)?(?:[Ee][+-]?[0-9]+)?|INF)|NAN);")
_BOOLEAN = re.compile(rb"b:([01]);")
_NULL = re.compile(rb"N;")
_STRING_HEAD = re.compile(rb's:([0-9]+):"')
_ARRAY_HEAD = re.compile(rb"a:([0-9]+):\{")
MAX_DEPTH = 32


class PhpSerializeError(ValueError):
    """Not a serialised PHP value; the text says what is wrong and at which byte."""


def serialize(value: PhpData) -> bytes:
    """What PHP's `serialize` gives for `value`; canonical integer texts become integer keys."""
    if value is None:
        return b"N;"
    if isinstance(value, bool):
        return b"b:%d;" % value
    if isinstance(value, int):
        return b"i:%d;" % value
    if isinstance(value, float):
        return b"d:%s;" % repr(value).upper().encode()
    if isinstance(value, str):
        raw = value.encode()
        return b's:%d:"%s";' % (len(raw), raw)
    members = {array_key(key) if isinstance(key, str) else key: v for key, v in value.items()}
    content = b"".join(serialize(key) + serialize(member) for key, member in members.items())
    return b"a:%d:{%s}" % (len(members), content)


def unserialize(data: bytes) -> PhpData:
    """The value in `data`; raises PhpSerializeError."""
    reader = _Reader(data)
    value = reader.value(depth=0)
    if reader.position != len(data):
        raise reader.error("more bytes after the value")
    return value


def decode_map(text: str) -> PhpMap:
    """The array in base64(serialize(array)); raises PhpSerializeError."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        msg = f"not base64: {error} (a '+' that was not percent-encoded arrives as a space)"
        raise PhpSerializeError(msg) from error
    value = unserialize(data)
    if not isinstance(value, dict):
        msg = f"an array was expected, this is {type(value).__name__}"
        raise PhpSerializeError(msg)
    return value


def encode_map(values: PhpMap) -> str:
    """base64(serialize(array)), the form in which WHMCS takes custom fields and options."""
    return base64.b64encode(serialize(values)).decode()


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.position = 0

    def error(self, what: str) -> PhpSerializeError:
        return PhpSerializeError(f"{what} at byte {self.position}")

    def _take(self, pattern: re.Pattern[bytes]) -> bytes | None:
        match = pattern.match(self._data, self.position)
        if match is None:
            return None
        self.position = match.end()
        return match.group(1) if pattern.groups else b""

    def value(self, *, depth: int) -> PhpData:
        if (scalar := self._scalar()) is not _MISSING:
            return scalar  # type: ignore[return-value]  # the sentinel was just ruled out
        if (length := self._take(_STRING_HEAD)) is not None:
            return self._string(int(length))
        if (count := self._take(_ARRAY_HEAD)) is not None:
            return self._array(int(count), depth=depth + 1)
        raise self.error("no value that the WHMCS API documents")

    def _scalar(self) -> object:
        if (number := self._take(_INTEGER)) is not None:
            return int(number)
        if (boolean := self._take(_BOOLEAN)) is not None:
            return boolean == b"1"
        if (number := self._take(_FLOAT)) is not None:
            return float(number)
        if self._take(_NULL) is not None:
            return None
        return _MISSING

    def _string(self, length: int) -> str:
        raw = self._data[self.position : self.position + length]
        end = self.position + length
        if len(raw) != length or self._data[end : end + 2] != b'";':
            raise self.error(f"the text is not {length} bytes long")
        self.position = end + 2
        try:
            return raw.decode()
        except UnicodeDecodeError as error:
            raise self.error("the text is not UTF-8") from error

    def _array(self, count: int, *, depth: int) -> PhpMap:
        if depth > MAX_DEPTH:
            raise self.error("arrays nested too deeply")
        members: PhpMap = {}
        for _ in range(count):
            key = self.value(depth=depth)
            if isinstance(key, bool) or not isinstance(key, int | str):
                raise self.error("an array key must be an integer or a text")
            members[array_key(key) if isinstance(key, str) else key] = self.value(depth=depth)
        if self._data[self.position : self.position + 1] != b"}":
            raise self.error(f"the array does not have {count} members")
        self.position += 1
        return members


_MISSING = object()
