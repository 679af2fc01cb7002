"""Encodes WHMCS' parameters: PHP arrays in form fields, PHP-serialized maps in base64.

Source: WHMCS API reference (AddOrder, AddClient, UpdateClientProduct). WHMCS reports no error for
a wrong id or shape and uses a minimum or default, so the encoding must be exact.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any

Scalar = str | int | bool
# PHP's arrays turn canonical 64-bit decimals into integer keys.
_PHP_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,18}")
_PHP_INTEGERS = 2**63


class Serialized(str):
    """The text of a serialized map. `mapping` is the map itself."""

    __slots__ = ("mapping",)

    mapping: Mapping[int | str, Any]


def serialize(mapping: Mapping[int | str, Any]) -> Serialized:
    """Return `base64(serialize(array))` of a flat or nested map.

    Numeric keys become PHP integers, as in PHP itself. String lengths count bytes.
    """
    text = Serialized(base64.b64encode(_php(dict(mapping)).encode("utf-8")).decode("ascii"))
    text.mapping = mapping
    return text


def legible(parameters: Any) -> Any:
    """Return the parameters with serialized texts replaced by their maps.

    WHMCS may quote any of these values in its messages.
    """
    if isinstance(parameters, Serialized):
        return parameters.mapping
    if isinstance(parameters, Mapping):
        return {name: legible(value) for name, value in parameters.items()}
    if isinstance(parameters, list | tuple):
        return [legible(value) for value in parameters]
    return parameters


def _php(value: Any) -> str:
    if isinstance(value, bool):
        return f"b:{int(value)};"
    if isinstance(value, int):
        return f"i:{value};"
    if isinstance(value, str):
        return f's:{len(value.encode("utf-8"))}:"{value}";'
    if isinstance(value, Mapping):
        entries = {_key(key): item for key, item in value.items()}
        body = "".join(_php(key) + _php(item) for key, item in entries.items())
        return f"a:{len(entries)}:{{{body}}}"
    msg = f"cannot serialize {type(value).__name__} for WHMCS"
    raise TypeError(msg)


def _key(key: int | str) -> int | str:
    if isinstance(key, str) and not (
        _PHP_INTEGER.fullmatch(key) and -_PHP_INTEGERS <= int(key) < _PHP_INTEGERS
    ):
        return key
    return int(key)


def form(parameters: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return form fields as PHP's `http_build_query` writes them.

    Lists and maps become `name[0]`, `name[key]`. True is `1`. False and None are left out, because
    PHP takes any non-empty text but `0` for true.
    """
    return list(_fields(parameters))


def _fields(parameters: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in parameters.items():
        yield from _field(name, value)


def _field(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if value is None or value is False:
        return
    if value is True:
        yield name, "1"
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _field(f"{name}[{key}]", item)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            # WHMCS joins parallel arrays by index, so an empty entry must keep its place.
            yield from _field(f"{name}[{index}]", "" if item is None or item is False else item)
    else:
        yield name, str(value)
