"""Tokens of SOQL, and error texts that point at them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from local.emulators.salesforce.errors import ApiError

_EXCERPT = 40
_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<datetime>\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2}))
  | (?P<date>\d{4}-\d{2}-\d{2}(?![\dT]))
  | (?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w-]))
  | (?P<relative>[A-Za-z_]+:\d+)
  | (?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)
  | (?P<string>'(?:[^'\\]|\\.)*')
  | (?P<operator><=|>=|!=|<>|=|<|>)
  | (?P<mark>[(),])
    """,
    re.VERBOSE | re.ASCII | re.DOTALL,
)


@dataclass(frozen=True)
class Token:
    """A piece of the query; `start` is its offset."""

    kind: str
    text: str
    start: int

    @property
    def upper(self) -> str:
        """For comparing keywords."""
        return self.text.upper()


class Source:
    """A query's text, able to say where something is wrong."""

    def __init__(self, text: str) -> None:
        self.text = text

    def malformed(self, token: Token, message: str | None = None) -> ApiError:
        """MALFORMED_QUERY pointing at a token."""
        shown = token.text if token.kind != "end" else "<EOF>"
        return self.error("MALFORMED_QUERY", token, message or f"unexpected token: '{shown}'")

    def error(self, code: str, token: Token, message: str) -> ApiError:
        """Any error pointing at a token, in Salesforce's four-line shape."""
        before = self.text[: token.start]
        row = before.count("\n") + 1
        line_start = before.rfind("\n") + 1
        column = token.start - line_start
        line = self.text[line_start:].split("\n", maxsplit=1)[0]
        first = max(0, column - _EXCERPT)
        excerpt = line[first : column + _EXCERPT]
        pointer = " " * (column - first) + "^"
        return ApiError(
            code, f"\n{excerpt}\n{pointer}\nERROR at Row:{row}:Column:{column + 1}\n{message}"
        )


def tokenize(source: Source) -> list[Token]:
    """All tokens and a final one of kind `end`; raises ApiError for what is none."""
    tokens = []
    position = 0
    while position < len(source.text):
        match = _TOKEN.match(source.text, position)
        if match is None:
            raise _unreadable(source, position)
        kind = str(match.lastgroup)
        if kind != "space":
            tokens.append(Token(kind, match.group(), position))
        position = match.end()
    tokens.append(Token("end", "", len(source.text)))
    return tokens


def _unreadable(source: Source, position: int) -> ApiError:
    char = source.text[position]
    token = Token("wrong", char, position)
    if char == ":":
        return source.malformed(token, "Bind variables only allowed in Apex code")
    if char == "'":
        return source.malformed(Token("end", "", len(source.text)))
    return source.malformed(token)
