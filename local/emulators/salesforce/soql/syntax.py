"""The parsed form of a query."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from local.emulators.salesforce.soql.lexer import Token

LiteralKind = Literal["string", "number", "boolean", "null", "date", "datetime", "relative"]


@dataclass(frozen=True)
class Path:
    """A field path as written: `Product2.Name`."""

    parts: tuple[str, ...]
    token: Token


@dataclass(frozen=True)
class Call:
    """A function: an aggregate (`COUNT(Id)`) or a date function (`CALENDAR_YEAR(CreatedDate)`)."""

    name: str
    argument: Path | None
    token: Token
    alias: str | None = None


@dataclass(frozen=True)
class AliasedPath:
    """A grouped field with an alias: `SELECT Name n … GROUP BY Name`."""

    path: Path
    alias: str


@dataclass(frozen=True)
class FieldsFunction:
    """`FIELDS(ALL | STANDARD | CUSTOM)`."""

    kind: Literal["ALL", "STANDARD", "CUSTOM"]
    token: Token


Expression = Path | Call


@dataclass(frozen=True)
class Value:
    """A literal; `text` is as written, strings without their quotes but with escapes."""

    kind: LiteralKind
    text: str
    token: Token


@dataclass(frozen=True)
class Comparison:
    """`field operator literal`; the operators are `= != < <= > >= LIKE`."""

    left: Expression
    operator: str
    right: Value


@dataclass(frozen=True)
class InList:
    """`field [NOT] IN (…)`, or `INCLUDES`/`EXCLUDES` when `multi`."""

    left: Expression
    values: tuple[Value, ...]
    negated: bool
    multi: bool = False


@dataclass(frozen=True)
class InQuery:
    """A semi-join or anti-join."""

    left: Path
    query: Query
    negated: bool


@dataclass(frozen=True)
class Not:
    """Negation of one condition."""

    condition: Condition


@dataclass(frozen=True)
class Junction:
    """Conditions joined by one and the same operator, `AND` or `OR`."""

    operator: Literal["AND", "OR"]
    conditions: tuple[Condition, ...]


Condition = Comparison | InList | InQuery | Not | Junction


@dataclass(frozen=True)
class Ordering:
    """One key of ORDER BY."""

    by: Expression
    descending: bool = False
    nulls_last: bool = False


SelectItem = Path | Call | AliasedPath | FieldsFunction


@dataclass(frozen=True, kw_only=True)
class Query:
    """A whole SELECT; subqueries stand in the select list in their place.

    `mode` is what WITH asks for, such as `USER_MODE`.
    """

    select: tuple[SelectItem | Query, ...]
    source: Path
    alias: str | None = None
    where: Condition | None = None
    group_by: tuple[Expression, ...] = ()
    having: Condition | None = None
    order_by: tuple[Ordering, ...] = ()
    limit: int | None = None
    offset: int = 0
    limit_token: Token | None = field(default=None, compare=False)
    mode: str | None = None
