"""The grammar of a whole query (SOQL and SOSL Reference, "SOQL SELECT Syntax")."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, cast

from local.emulators.salesforce.soql.conditions_parser import ConditionsParser
from local.emulators.salesforce.soql.lexer import Source, Token
from local.emulators.salesforce.soql.syntax import (
    AliasedPath,
    Call,
    Condition,
    Expression,
    FieldsFunction,
    Ordering,
    Path,
    Query,
    SelectItem,
)
from local.emulators.salesforce.soql.tokens import RESERVED, Tokens

_CLAUSES = RESERVED | {"ORDER", "OFFSET", "FOR", "ALL"}
_TRAILERS = {
    "FOR": {"VIEW", "REFERENCE", "UPDATE"},
    "WITH": {"SECURITY_ENFORCED", "USER_MODE", "SYSTEM_MODE"},
}
_SCOPES = {"EVERYTHING", "MINE"}


# What it returns cannot be changed, and callers ask the same queries again and again.
@lru_cache(maxsize=1_000)
def parse(text: str) -> tuple[Query, Source]:
    """The query and its text for later complaints; raises ApiError (MALFORMED_QUERY)."""
    tokens = Tokens(text)
    query = _Parser(tokens).query()
    if tokens.current.kind != "end":
        raise tokens.source.malformed(tokens.current)
    return query, tokens.source


class _Parser:
    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def query(self) -> Query:
        tokens = self._tokens
        tokens.need_word("SELECT")
        select = [self._select_item()]
        while tokens.skip_mark(","):
            select.append(self._select_item())
        tokens.need_word("FROM")
        source = tokens.path()
        alias = self._alias()
        if tokens.skip_word("USING"):
            tokens.need_word("SCOPE")
            self._one_of(_SCOPES)
        where = self._conditions() if tokens.skip_word("WHERE") else None
        mode = self._trailer("WITH")
        group_by, having = self._grouping()
        order_by = self._ordering()
        limit_token = tokens.peek() if tokens.is_word("LIMIT") else None
        limit = self._count() if tokens.skip_word("LIMIT") else None
        offset = self._count() if tokens.skip_word("OFFSET") else 0
        self._trailer("FOR")
        return Query(
            select=tuple(select),
            source=source,
            alias=alias,
            where=where,
            group_by=group_by,
            having=having,
            order_by=order_by,
            limit=limit,
            offset=offset,
            limit_token=limit_token,
            mode=mode,
        )

    def _select_item(self) -> SelectItem | Query:
        tokens = self._tokens
        if tokens.skip_mark("("):
            query = self.query()
            tokens.need_mark(")")
            return query
        if tokens.is_word("FIELDS") and tokens.peek().text == "(":
            return self._fields_function()
        expression = tokens.expression()
        alias = self._alias()
        if alias is None:
            return expression
        if isinstance(expression, Call):
            return Call(expression.name, expression.argument, expression.token, alias)
        return AliasedPath(expression, alias)

    def _fields_function(self) -> FieldsFunction:
        token = self._tokens.take()
        self._tokens.need_mark("(")
        kind = self._one_of({"ALL", "STANDARD", "CUSTOM"})
        self._tokens.need_mark(")")
        return FieldsFunction(cast("Literal['ALL', 'STANDARD', 'CUSTOM']", kind.upper), token)

    def _alias(self) -> str | None:
        token = self._tokens.current
        if token.kind == "name" and token.upper not in _CLAUSES and "." not in token.text:
            return self._tokens.take().text
        return None

    def _conditions(self) -> Condition:
        return ConditionsParser(self._tokens, self.query).parse()

    def _grouping(self) -> tuple[tuple[Expression, ...], Condition | None]:
        tokens = self._tokens
        if not tokens.skip_word("GROUP"):
            return (), None
        tokens.need_word("BY")
        keys = [tokens.expression()]
        while tokens.skip_mark(","):
            keys.append(tokens.expression())
        having = self._conditions() if tokens.skip_word("HAVING") else None
        return tuple(keys), having

    def _ordering(self) -> tuple[Ordering, ...]:
        tokens = self._tokens
        if not tokens.skip_word("ORDER"):
            return ()
        tokens.need_word("BY")
        keys = [self._order_key()]
        while tokens.skip_mark(","):
            keys.append(self._order_key())
        return tuple(keys)

    def _order_key(self) -> Ordering:
        tokens = self._tokens
        by: Path | Call = tokens.expression()
        descending = tokens.is_word("DESC")
        tokens.skip_word("ASC", "DESC")
        nulls_last = False
        if tokens.skip_word("NULLS"):
            nulls_last = self._one_of({"FIRST", "LAST"}).upper == "LAST"
        return Ordering(by, descending, nulls_last)

    def _count(self) -> int:
        token = self._tokens.take()
        if token.kind != "number" or not token.text.isdigit():
            raise self._tokens.source.malformed(token)
        return int(token.text)

    def _one_of(self, words: set[str]) -> Token:
        if not self._tokens.is_word(*words):
            raise self._tokens.source.malformed(self._tokens.current)
        return self._tokens.take()

    def _trailer(self, word: str) -> str | None:
        if not self._tokens.skip_word(word):
            return None
        return self._one_of(_TRAILERS[word]).upper
