"""GROUP BY, HAVING and the aggregate functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local.emulators.salesforce.schema import NUMBER_TYPES, Field
from local.emulators.salesforce.soql.binding import Binder, Operand
from local.emulators.salesforce.soql.syntax import (
    AliasedPath,
    Call,
    Expression,
    FieldsFunction,
    Path,
    Query,
)
from local.emulators.salesforce.store import Record
from local.emulators.salesforce.values import Value, render

AGGREGATES = frozenset({"COUNT", "COUNT_DISTINCT", "SUM", "AVG", "MIN", "MAX"})


@dataclass(frozen=True)
class Group:
    """The records that share the values of the grouping keys."""

    key: tuple[Value, ...]
    records: list[Record]


@dataclass(frozen=True)
class Column:
    """A value of each group, under the name that the answer gives it."""

    name: str
    field: Field
    get: Callable[[Group], Value]


def is_aggregate(query: Query) -> bool:
    """Whether the answer consists of AggregateResult rows."""
    calls = any(isinstance(item, Call) for item in query.select)
    return bool(query.group_by) or calls


class Aggregation:
    """The grouping of one query; raises ApiError for what is neither grouped nor aggregated."""

    def __init__(self, binder: Binder, query: Query) -> None:
        self._binder = binder
        self._query = query
        self._keys = [binder.operand(key) for key in query.group_by]
        self.columns = self._columns()

    def groups(self, records: list[Record]) -> list[Group]:
        """The groups in order of first appearance; one for everything without GROUP BY."""
        if not self._keys:
            return [Group((), records)]
        found: dict[tuple[Value, ...], Group] = {}
        for record in records:
            values = tuple(key.get(record) for key in self._keys)
            folded = tuple(v.lower() if isinstance(v, str) else v for v in values)
            found.setdefault(folded, Group(values, [])).records.append(record)
        return list(found.values())

    def column(self, expression: Expression) -> Column:
        """A grouped field or an aggregate, for HAVING and ORDER BY."""
        if isinstance(expression, Call) and expression.name in AGGREGATES:
            return self._aggregate(expression, expression.name)
        if isinstance(expression, Path) and len(expression.parts) == 1:
            for column in self.columns:
                if column.name.lower() == expression.parts[0].lower():
                    return column
        return self._grouped(expression, None)

    def render(self, group: Group) -> dict[str, Any]:
        """One row of the answer."""
        row: dict[str, Any] = {"attributes": {"type": "AggregateResult"}}
        for column in self.columns:
            row[column.name] = render(column.field, column.get(group))
        return row

    def _columns(self) -> list[Column]:
        columns = []
        unnamed = 0
        for item in self._query.select:
            if isinstance(item, Query | FieldsFunction):
                token = item.token if isinstance(item, FieldsFunction) else item.source.token
                raise self._binder.source.malformed(token)
            if isinstance(item, Call):
                name = item.alias or f"expr{unnamed}"
                unnamed += item.alias is None
                if item.name in AGGREGATES:
                    columns.append(self._aggregate(item, name))
                else:
                    columns.append(self._grouped(item, name))
            elif isinstance(item, AliasedPath):
                columns.append(self._grouped(item.path, item.alias))
            else:
                columns.append(self._grouped(item, None))
        return columns

    def _grouped(self, expression: Expression, name: str | None) -> Column:
        wanted = self._identity(expression)
        for position, key in enumerate(self._query.group_by):
            if self._identity(key) == wanted:
                field = self._keys[position].field
                return Column(name or field.name, field, _key_reader(position))
        shown = expression.token.text
        raise self._binder.source.malformed(
            expression.token, f"Field must be grouped or aggregated: {shown}"
        )

    def _identity(self, expression: Expression) -> tuple[str, ...]:
        if isinstance(expression, Path):
            return self._binder.path(expression).names
        inner = () if expression.argument is None else self._identity(expression.argument)
        return (expression.name, *inner)

    def _aggregate(self, call: Call, name: str) -> Column:
        if call.argument is None:
            raise self._binder.source.malformed(call.token)
        operand = self._binder.operand(call.argument)
        numeric = operand.field.type in NUMBER_TYPES
        if call.name in {"SUM", "AVG"} and not numeric:
            raise self._binder.source.error(
                "INVALID_FIELD",
                call.token,
                f"field {operand.field.name} does not support aggregate operator {call.name}",
            )
        counting = call.name.startswith("COUNT")
        field = Field(name=name, label=name, type="int") if counting else operand.field
        return Column(name, field, _computed(call.name, operand))


def _key_reader(position: int) -> Callable[[Group], Value]:
    return lambda group: group.key[position]


def _computed(function: str, operand: Operand) -> Callable[[Group], Value]:
    def compute(group: Group) -> Value:
        read = (operand.get(record) for record in group.records)
        values: list[Any] = [value for value in read if value is not None]
        if function == "COUNT":
            return float(len(values))
        if function == "COUNT_DISTINCT":
            return float(len({v.lower() if isinstance(v, str) else v for v in values}))
        if not values:
            return None
        if function == "SUM":
            return float(sum(values))
        if function == "AVG":
            return float(sum(values) / len(values))
        smallest: Value = min(values) if function == "MIN" else max(values)
        return smallest

    return compute
