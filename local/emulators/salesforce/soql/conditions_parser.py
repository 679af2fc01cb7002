"""The grammar of WHERE and HAVING.

Stricter than SQL, as in an org: AND and OR are never mixed without brackets, and NOT stands
only at the beginning of its bracket (SOQL and SOSL Reference, "Condition Expression Syntax").
"""

from __future__ import annotations

from collections.abc import Callable

from local.emulators.salesforce.soql.lexer import Token
from local.emulators.salesforce.soql.syntax import (
    Comparison,
    Condition,
    Expression,
    InList,
    InQuery,
    Junction,
    LiteralKind,
    Not,
    Path,
    Query,
    Value,
)
from local.emulators.salesforce.soql.tokens import Tokens

_LITERALS: dict[str, LiteralKind] = {
    "string": "string",
    "number": "number",
    "date": "date",
    "datetime": "datetime",
    "relative": "relative",
}
RELATIVE_DAYS = frozenset(
    f"{when}_{unit}"
    for when in ("THIS", "LAST", "NEXT")
    for unit in ("WEEK", "MONTH", "QUARTER", "YEAR")
) | {"TODAY", "YESTERDAY", "TOMORROW", "LAST_90_DAYS", "NEXT_90_DAYS"}

ParseQuery = Callable[[], Query]


class ConditionsParser:
    """Parses one condition expression; `subquery` parses the query of a semi-join."""

    def __init__(self, tokens: Tokens, subquery: ParseQuery) -> None:
        self._tokens = tokens
        self._subquery = subquery

    def parse(self) -> Condition:
        """A whole expression, up to its closing bracket or the next clause."""
        if self._tokens.skip_word("NOT"):
            return Not(self._simple())
        first = self._simple()
        if not self._tokens.is_word("AND", "OR"):
            return first
        joined = self._tokens.current.upper
        conditions = [first]
        while self._tokens.skip_word(joined):
            if self._tokens.is_word("NOT"):
                raise self._tokens.source.malformed(self._tokens.current)
            conditions.append(self._simple())
        if self._tokens.is_word("AND", "OR"):
            raise self._tokens.source.malformed(self._tokens.current)
        return Junction("AND" if joined == "AND" else "OR", tuple(conditions))

    def _simple(self) -> Condition:
        if self._tokens.skip_mark("("):
            inner = self.parse()
            self._tokens.need_mark(")")
            return inner
        return self._comparison(self._tokens.expression())

    def _comparison(self, left: Expression) -> Condition:
        tokens = self._tokens
        if tokens.current.kind == "operator":
            operator = tokens.take().text
            return Comparison(left, "!=" if operator == "<>" else operator, self._value())
        if tokens.skip_word("LIKE"):
            return Comparison(left, "LIKE", self._value())
        if tokens.is_word("INCLUDES", "EXCLUDES"):
            negated = tokens.take().upper == "EXCLUDES"
            return InList(left, self._list(), negated, multi=True)
        if tokens.is_word("IN"):
            tokens.take()
            return self._membership(left, negated=False)
        if tokens.is_word("NOT") and tokens.peek().upper == "IN":
            tokens.take()
            tokens.take()
            return self._membership(left, negated=True)
        raise tokens.source.malformed(tokens.current)

    def _membership(self, left: Expression, *, negated: bool) -> Condition:
        is_query = self._tokens.is_mark("(") and self._tokens.peek().upper == "SELECT"
        if not is_query:
            return InList(left, self._list(), negated)
        if not isinstance(left, Path):
            raise self._tokens.source.malformed(self._tokens.current)
        self._tokens.need_mark("(")
        query = self._subquery()
        self._tokens.need_mark(")")
        return InQuery(left, query, negated)

    def _list(self) -> tuple[Value, ...]:
        self._tokens.need_mark("(")
        values = [self._value()]
        while self._tokens.skip_mark(","):
            values.append(self._value())
        self._tokens.need_mark(")")
        return tuple(values)

    def _value(self) -> Value:
        token = self._tokens.current
        kind = self._kind(token)
        if kind is None:
            raise self._tokens.source.malformed(token)
        self._tokens.take()
        text = token.text[1:-1] if kind == "string" else token.text
        return Value(kind, text, token)

    def _kind(self, token: Token) -> LiteralKind | None:
        if token.kind != "name":
            return _LITERALS.get(token.kind)
        if token.upper == "NULL":
            return "null"
        if token.upper in {"TRUE", "FALSE"}:
            return "boolean"
        return "relative" if token.upper in RELATIVE_DAYS else None
