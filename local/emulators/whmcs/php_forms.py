"""Form fields the way PHP reads them: `pid[0]=1`, `pid[]=1`, `a[b][c]=1`.

WHMCS is PHP, so what its API sees of a request is `$_POST`. Names follow "Variables From External
Sources" of the PHP manual: dots and spaces become underscores, a later scalar replaces an earlier
one, whole-number keys become integers, `[]` takes the next free integer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeAlias
from urllib.parse import parse_qsl

PhpArray: TypeAlias = "dict[int | str, PhpValue]"
PhpValue: TypeAlias = "str | PhpArray"

_SEGMENT = re.compile(r"\[([^\]]*)\]")
_WHOLE_NUMBER = re.compile(r"(0|-?[1-9][0-9]*)")
_FORBIDDEN_IN_NAMES = str.maketrans({".": "_", " ": "_", "[": "_"})


def array_key(text: str) -> int | str:
    """A PHP array key: canonical decimal integers are integers, all else stays text."""
    return int(text) if _WHOLE_NUMBER.fullmatch(text) else text


def parse_pairs(body: str) -> list[tuple[str, str]]:
    """The name-value pairs of an urlencoded body or query, blanks kept, in order."""
    return parse_qsl(body, keep_blank_values=True, encoding="utf-8", errors="replace")


def build_array(pairs: Iterable[tuple[str, str]], *, limit: int | None = None) -> PhpArray:
    """`$_POST` from pairs; pairs after `limit` are dropped silently, as `max_input_vars` does."""
    array: PhpArray = {}
    for count, (name, value) in enumerate(pairs, start=1):
        if limit is not None and count > limit:
            break
        keys = _keys(name.lstrip(" "))
        if keys:
            _store(array, keys, value)
    return array


def parse_form(body: str, *, limit: int | None = None) -> PhpArray:
    """`build_array` of an urlencoded body."""
    return build_array(parse_pairs(body), limit=limit)


def _keys(name: str) -> list[str]:
    base, bracket, rest = name.partition("[")
    if not bracket or "]" not in rest or not base:
        plain = name.translate(_FORBIDDEN_IN_NAMES)
        return [plain] if plain else []
    keys = [base.translate(_FORBIDDEN_IN_NAMES)]
    position = len(base)
    while match := _SEGMENT.match(name, position):
        keys.append(match.group(1))
        position = match.end()
    return keys


def _store(array: PhpArray, keys: list[str], value: str) -> None:
    *parents, last = keys
    for depth, text in enumerate(parents):
        key = _next_or(array, text, nested=depth > 0)
        child = array.get(key)
        if not isinstance(child, dict):
            child = {}
            array[key] = child
        array = child
    array[_next_or(array, last, nested=bool(parents))] = value


def _next_or(array: PhpArray, text: str, *, nested: bool) -> int | str:
    if text or not nested:
        return array_key(text)
    numbers = [key for key in array if isinstance(key, int)]
    return max(numbers) + 1 if numbers else 0
