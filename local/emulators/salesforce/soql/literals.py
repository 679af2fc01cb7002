"""Literals of a condition, checked against the type of the field they are compared with."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import NamedTuple

from local.emulators.salesforce import ids
from local.emulators.salesforce.schema import NUMBER_TYPES, TEXT_TYPES, Field
from local.emulators.salesforce.soql.binding import Surroundings
from local.emulators.salesforce.soql.dates import span, start_of
from local.emulators.salesforce.soql.lexer import Source
from local.emulators.salesforce.soql.syntax import Value as Literal
from local.emulators.salesforce.values import Value, parse_date, parse_moment

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_NAMES = {"boolean": "boolean", "date": "date", "datetime": "dateTime", "int": "int"}


class Span(NamedTuple):
    """The stretch of time that a relative date literal covers, the end excluded."""

    start: date | datetime
    end: date | datetime


class Literals:
    """Turns literals into values comparable with a field; raises ApiError where an org does."""

    def __init__(self, around: Surroundings, source: Source) -> None:
        self._around = around
        self._source = source

    def value(self, field: Field, literal: Literal) -> Value | Span:
        """The value; text for a case-blind field comes back in lower case."""
        if literal.kind == "null":
            return None
        if field.type in {"id", "reference"}:
            return self._id(field, literal)
        if field.type in TEXT_TYPES:
            if literal.kind != "string":
                raise self._mismatch(field, literal)
            return fold(field, self._unescape(literal, literal.text)) or None
        if literal.kind == "string":
            raise self._mismatch(field, literal)
        if field.type in NUMBER_TYPES and literal.kind == "number":
            return float(literal.text)
        if field.type == "boolean" and literal.kind == "boolean":
            return literal.text.lower() == "true"
        return self._calendar(field, literal)

    def pattern(self, field: Field, literal: Literal) -> re.Pattern[str]:
        """The regular expression of a LIKE pattern."""
        if field.type not in TEXT_TYPES or literal.kind != "string":
            raise (
                self._source.error(
                    "INVALID_QUERY_FILTER_OPERATOR", literal.token, "invalid operator on id field"
                )
                if field.type in {"id", "reference"}
                else self._mismatch(field, literal)
            )
        pieces = re.findall(r"\\.|[^\\]", literal.text, re.DOTALL)
        wild = {"%": ".*", "_": "."}
        expression = "".join(
            wild.get(piece) or re.escape(self._unescape(literal, piece)) for piece in pieces
        )
        flags = re.DOTALL if field.case_sensitive else re.DOTALL | re.IGNORECASE
        return re.compile(expression, flags)

    def _unescape(self, literal: Literal, text: str) -> str:
        def replace(match: re.Match[str]) -> str:
            char = match.group(1)
            if char in {"'", '"', "\\", "_", "%"}:
                return char
            if len(char) > 1:
                return chr(int(char[1:], 16))
            if char.lower() in _ESCAPES:
                return _ESCAPES[char.lower()]
            raise self._source.malformed(
                literal.token, f"Illegal escape sequence '\\{char}' in string literal"
            )

        return _ESCAPE.sub(replace, text)

    def _id(self, field: Field, literal: Literal) -> Value:
        if literal.kind != "string":
            raise self._mismatch(field, literal)
        if not literal.text:
            return None
        record_id = ids.normalise(literal.text)
        if record_id is None:
            raise self._source.error(
                "INVALID_QUERY_FILTER_OPERATOR", literal.token, f"invalid ID field: {literal.text}"
            )
        return record_id

    def _calendar(self, field: Field, literal: Literal) -> Value | Span:
        value: Value = None
        if field.type == "date" and literal.kind == "date":
            value = parse_date(literal.text)
        elif field.type == "datetime" and literal.kind == "datetime":
            value = parse_moment(literal.text)
        elif field.type in {"date", "datetime"} and literal.kind == "relative":
            return self._span(field, literal)
        if value is None:
            raise self._mismatch(field, literal)
        return value

    def _span(self, field: Field, literal: Literal) -> Span:
        zone = self._around.zone
        try:
            days = span(literal.text, self._around.now, zone)
        except (ValueError, OverflowError):
            days = None
        if days is None:
            raise self._source.malformed(literal.token)
        if field.type == "date":
            return Span(*days)
        return Span(start_of(days[0], zone), start_of(days[1], zone))

    def _mismatch(self, field: Field, literal: Literal) -> Exception:
        quoted = field.type in TEXT_TYPES or field.type in {"id", "reference"}
        kind = "string" if quoted else _NAMES.get(field.type, "double")
        if field.type == "reference":
            kind = "ID"
        should = "should" if quoted else "should not"
        return self._source.error(
            "INVALID_FIELD",
            literal.token,
            f"value of filter criterion for field '{field.name}' must be of type {kind} "
            f"and {should} be enclosed in quotes",
        )


def fold(field: Field, text: str) -> str:
    """Text as it is compared: without case, unless the field is case-sensitive."""
    return text if field.case_sensitive else text.lower()
