"""A cursor over tokens, shared by the two halves of the parser."""

from __future__ import annotations

from local.emulators.salesforce.soql.lexer import Source, Token, tokenize
from local.emulators.salesforce.soql.syntax import Call, Expression, Path

RESERVED = frozenset(
    {
        "AND",
        "ASC",
        "DESC",
        "EXCLUDES",
        "FIRST",
        "FROM",
        "GROUP",
        "HAVING",
        "IN",
        "INCLUDES",
        "LAST",
        "LIKE",
        "LIMIT",
        "NOT",
        "NULL",
        "NULLS",
        "OR",
        "SELECT",
        "USING",
        "WHERE",
        "WITH",
    }
)


class Tokens:
    """Reads tokens one after the other. Raises ApiError for an unexpected one."""

    def __init__(self, text: str) -> None:
        self.source = Source(text)
        self._tokens = tokenize(self.source)
        self._at = 0

    @property
    def current(self) -> Token:
        """The next token, not yet taken."""
        return self._tokens[self._at]

    def peek(self, distance: int = 1) -> Token:
        """A token further on; the last one at most."""
        return self._tokens[min(self._at + distance, len(self._tokens) - 1)]

    def take(self) -> Token:
        """Take the next token of any kind."""
        token = self.current
        if token.kind != "end":
            self._at += 1
        return token

    def is_word(self, *words: str) -> bool:
        """Whether the next token is one of these keywords."""
        return self.current.kind == "name" and self.current.upper in words

    def skip_word(self, *words: str) -> bool:
        """Take the keyword if it comes next."""
        if self.is_word(*words):
            self.take()
            return True
        return False

    def need_word(self, word: str) -> Token:
        """Take the keyword or refuse the query."""
        if not self.is_word(word):
            raise self.source.malformed(self.current)
        return self.take()

    def is_mark(self, mark: str) -> bool:
        """Whether the next token is this bracket or comma."""
        return self.current.kind == "mark" and self.current.text == mark

    def skip_mark(self, mark: str) -> bool:
        """Take the bracket or comma if it comes next."""
        if self.is_mark(mark):
            self.take()
            return True
        return False

    def need_mark(self, mark: str) -> Token:
        """Take the bracket or comma, or refuse the query."""
        if not self.is_mark(mark):
            raise self.source.malformed(self.current)
        return self.take()

    def path(self) -> Path:
        """A field path."""
        token = self.current
        if token.kind != "name" or token.upper in RESERVED:
            raise self.source.malformed(token)
        self.take()
        return Path(tuple(token.text.split(".")), token)

    def expression(self) -> Expression:
        """A field path or a function of one."""
        if self.peek().kind == "mark" and self.peek().text == "(":
            return self.call()
        return self.path()

    def call(self) -> Call:
        """`NAME(field)` or `COUNT()`."""
        token = self.take()
        self.need_mark("(")
        argument = None if self.is_mark(")") else self.path()
        self.need_mark(")")
        return Call(token.upper, argument, token)
