"""Puts the values of bind variables (`:expression`) into a parsed query of the emulator's SOQL.

The query is parsed with a marker in the place of each bind variable. The markers are then replaced
by values in the parsed query. So no value can change the query, and an empty list is possible.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from local.emulators.salesforce.apex.errors import NotApex, Unsupported
from local.emulators.salesforce.apex.values import ApexList, ApexSet, type_of
from local.emulators.salesforce.soql.lexer import Source, Token
from local.emulators.salesforce.soql.parser import parse
from local.emulators.salesforce.soql.syntax import (
    Comparison,
    Condition,
    InList,
    InQuery,
    Junction,
    Not,
    Query,
    Value,
)

_MARKER = "'\\u0001{position}'"
_MARKED = re.compile(r"\\u0001(\d+)")
_COUNT = re.compile(r"\b(?:LIMIT|OFFSET)\s*$", re.IGNORECASE)


def bind(
    text: Sequence[str], values: Sequence[Any], collections: Sequence[bool]
) -> tuple[Query, Source]:
    """The parsed query with its values; raises ApiError for a query that is none.

    `text` has one piece more than there are values; `collections` says which stand after IN.
    """
    query, source = parse(_marked(text, values, collections))
    return _Binder(values).query(query), source


def _marked(text: Sequence[str], values: Sequence[Any], collections: Sequence[bool]) -> str:
    pieces = [text[0]]
    for position, value in enumerate(values):
        if _COUNT.search(pieces[-1]):
            if isinstance(value, bool) or not isinstance(value, int):
                raise NotApex(f"LIMIT and OFFSET take an Integer, not {type_of(value)}")
            pieces.append(str(value))
        else:
            marker = _MARKER.format(position=position)
            pieces.append(f"({marker})" if collections[position] else marker)
        pieces.append(text[position + 1])
    return "".join(pieces)


class _Binder:
    def __init__(self, values: Sequence[Any]) -> None:
        self._values = values

    def query(self, query: Query) -> Query:
        return replace(
            query,
            select=tuple(
                self.query(item) if isinstance(item, Query) else item for item in query.select
            ),
            where=None if query.where is None else self._condition(query.where),
            having=None if query.having is None else self._condition(query.having),
        )

    def _condition(self, condition: Condition) -> Condition:
        match condition:
            case Junction():
                parts = tuple(self._condition(part) for part in condition.conditions)
                return replace(condition, conditions=parts)
            case Not():
                return Not(self._condition(condition.condition))
            case InQuery():
                return replace(condition, query=self.query(condition.query))
            case InList():
                values = tuple(item for value in condition.values for item in self._items(value))
                return replace(condition, values=values)
            case Comparison():
                return replace(condition, right=self._single(condition.right))

    def _bound(self, value: Value) -> tuple[bool, Any]:
        match = _MARKED.fullmatch(value.text) if value.kind == "string" else None
        return (False, None) if match is None else (True, self._values[int(match.group(1))])

    def _items(self, value: Value) -> list[Value]:
        bound, given = self._bound(value)
        if not bound:
            return [value]
        if isinstance(given, ApexList | ApexSet):
            items = given.items if isinstance(given, ApexList) else list(given)
            return [literal(item, value.token) for item in items]
        if given is None:
            # [unverified] On the platform, a null collection is a NullPointerException.
            raise Unsupported("IN with a null collection")
        return [literal(given, value.token)]

    def _single(self, value: Value) -> Value:
        bound, given = self._bound(value)
        return literal(given, value.token) if bound else value


def literal(value: Any, token: Token) -> Value:
    """A value of Apex as a literal of SOQL."""
    if value is None:
        return Value("null", "null", token)
    if isinstance(value, bool):
        return Value("boolean", str(value).lower(), token)
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace("'", "\\'")
        return Value("string", escaped, token)
    if isinstance(value, int | Decimal):
        return Value("number", f"{value:f}" if isinstance(value, Decimal) else str(value), token)
    if isinstance(value, datetime):
        return Value("datetime", value.strftime("%Y-%m-%dT%H:%M:%SZ"), token)
    if isinstance(value, date):
        return Value("date", value.isoformat(), token)
    raise Unsupported(f"{type_of(value)} in a query")
