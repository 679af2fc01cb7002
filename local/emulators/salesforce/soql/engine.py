"""Running a parsed query: candidates, filter, order, window, answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from local.emulators.salesforce.errors import ApiError
from local.emulators.salesforce.schema import Field, SObject
from local.emulators.salesforce.soql import selection
from local.emulators.salesforce.soql.aggregates import Aggregation, Column, Group, is_aggregate
from local.emulators.salesforce.soql.binding import (
    Binder,
    Operand,
    Surroundings,
    bind_child,
    bind_object,
)
from local.emulators.salesforce.soql.conditions import Conditions
from local.emulators.salesforce.soql.lexer import Source
from local.emulators.salesforce.soql.parser import parse
from local.emulators.salesforce.soql.syntax import (
    Call,
    Condition,
    Expression,
    Junction,
    Ordering,
    Path,
    Query,
)
from local.emulators.salesforce.store import Record
from local.emulators.salesforce.values import Value

MAX_OFFSET = 2000
RowT = TypeVar("RowT")


@dataclass(frozen=True)
class Result:
    """All rows of an answer, before paging; `total` differs from them only for COUNT()."""

    total: int
    rows: list[dict[str, Any]]


def run(text: str, around: Surroundings, version: str) -> Result:
    """Run a query; raises ApiError with Salesforce's code and text."""
    query, source = parse(text)
    return execute(query, source, around, version)


def execute(query: Query, source: Source, around: Surroundings, version: str) -> Result:
    """Run a query that is parsed already; raises ApiError with Salesforce's code and text."""
    sobject = bind_object(around, source, query.source)
    return _Level(around, source, version, sobject, query).result()


class _Level:
    """One level of a query: the outermost, a child subquery or a semi-join."""

    def __init__(
        self, around: Surroundings, source: Source, version: str, sobject: SObject, query: Query
    ) -> None:
        self._around = around
        self._source = source
        self._version = version
        self._query = query
        self._binder = Binder(around, source, sobject, query.alias)
        self._conditions = Conditions(self._binder, self._semi_join)
        if query.offset > MAX_OFFSET:
            raise ApiError(
                "NUMBER_OUTSIDE_VALID_RANGE", f"Maximum SOQL offset allowed is {MAX_OFFSET}"
            )

    def result(self) -> Result:
        if _is_count(self._query):
            matching = self._window(self._matching(self._candidates()))
            return Result(len(matching), [])
        if is_aggregate(self._query):
            return self._aggregate()
        rows = self.renderer()(self._candidates())
        return Result(len(rows), rows)

    def renderer(self) -> Callable[[Iterable[Record]], list[dict[str, Any]]]:
        """Everything bound once: a function from candidates to rows of the answer."""
        node = selection.build(self._binder, self._query, self._child)
        matching = self._filter()
        keys = [(self._sort_operand(key.by), key) for key in self._query.order_by]

        def rows(candidates: Iterable[Record]) -> list[dict[str, Any]]:
            found = [record for record in candidates if matching(record) is True]
            for operand, key in reversed(keys):
                found = _sorted(found, operand.field, operand.get, key)
            store = self._around.store
            return [
                selection.render_record(store, node, record, self._version)
                for record in self._window(found)
            ]

        return rows

    def _aggregate(self) -> Result:
        aggregation = Aggregation(self._binder, self._query)
        groups = aggregation.groups(self._matching(self._candidates()))
        if self._query.having is not None:
            groups = self._having(aggregation, self._query.having, groups)
        for key in reversed(self._query.order_by):
            column = aggregation.column(key.by)
            groups = _sorted(groups, column.field, column.get, key)
        rows = [aggregation.render(group) for group in self._window(groups)]
        return Result(len(rows), rows)

    def _having(
        self, aggregation: Aggregation, condition: Condition, groups: list[Group]
    ) -> list[Group]:
        columns: list[Column] = []

        def operand(expression: Expression) -> Operand:
            column = aggregation.column(expression)
            columns.append(column)
            name = f"{len(columns) - 1}"
            return Operand(column.field, lambda record: record.get(name))

        conditions = Conditions(self._binder, self._semi_join, operand)
        predicate = conditions.compile(condition)
        return [
            group
            for group in groups
            if predicate({str(i): column.get(group) for i, column in enumerate(columns)}) is True
        ]

    def _filter(self) -> Callable[[Record], bool | None]:
        if self._query.where is None:
            return lambda _: True
        return self._conditions.compile(self._query.where)

    def _matching(self, candidates: Iterable[Record]) -> list[Record]:
        matching = self._filter()
        return [record for record in candidates if matching(record) is True]

    def _candidates(self) -> Iterable[Record]:
        """Records that may match: from an index where the condition names one."""
        store, sobject = self._around.store, self._binder.sobject
        if self._around.include_deleted or self._query.where is None:
            return store.records(sobject, include_deleted=self._around.include_deleted)
        where = self._query.where
        parts = where.conditions if isinstance(where, Junction) else (where,)
        if isinstance(where, Junction) and where.operator == "OR":
            parts = ()
        for part in parts:
            pinned = self._conditions.equals(part)
            if pinned is None or pinned[0].path is None or pinned[0].path.hops:
                continue
            field = pinned[0].field
            if field.indexed or field.type == "id":
                found: dict[Value, Record] = {}
                for value in pinned[1]:
                    found.update((row["Id"], row) for row in store.lookup(sobject, field, value))
                return list(found.values())
        return store.records(sobject)

    def _window(self, rows: list[RowT]) -> list[RowT]:
        end = None if self._query.limit is None else self._query.offset + self._query.limit
        return rows[self._query.offset : end]

    def _sort_operand(self, expression: Expression) -> Operand:
        operand = self._binder.operand(expression)
        if not operand.field.filterable:
            raise self._source.error(
                "INVALID_FIELD",
                expression.token,
                f"field '{operand.field.name}' can not be sorted in a query call",
            )
        return operand

    def _child(self, query: Query) -> tuple[str, selection.RenderChild]:
        around, parent = self._around, self._binder.sobject
        sobject, reference = bind_child(around, self._source, parent, query.source)
        relationship = parent.find_child(query.source.parts[-1])
        if is_aggregate(query) or relationship is None:
            raise self._source.malformed(query.source.token)
        level = _Level(around, self._source, self._version, sobject, query)
        rows_of = level.renderer()

        def render(record: Record) -> dict[str, Any] | None:
            rows = rows_of(around.store.lookup(sobject, reference, record["Id"]))
            return {"totalSize": len(rows), "done": True, "records": rows} if rows else None

        return relationship.name, render

    def _semi_join(self, query: Query) -> list[Value]:
        sobject = bind_object(self._around, self._source, query.source)
        level = _Level(self._around, self._source, self._version, sobject, query)
        selected = query.select[0]
        if not isinstance(selected, Path):
            raise self._source.malformed(query.source.token)
        read = level._binder.operand(selected)  # another instance of this class
        if read.field.type not in {"id", "reference"}:
            raise self._source.malformed(selected.token)
        return [
            read.get(record) for record in level._matching(level._candidates())
        ]  # another instance of this class


def _is_count(query: Query) -> bool:
    if len(query.select) != 1 or not isinstance(query.select[0], Call):
        return False
    call = query.select[0]
    return call.name == "COUNT" and call.argument is None and not query.group_by


def _sorted(
    rows: list[RowT], field: Field, get: Callable[[RowT], Value], key: Ordering
) -> list[RowT]:
    """A stable sort; nulls come first in both directions unless NULLS LAST is given."""
    nulls = [row for row in rows if get(row) is None]
    others = [row for row in rows if get(row) is not None]
    others.sort(key=lambda row: _sort_key(field, get(row)), reverse=key.descending)
    return others + nulls if key.nulls_last else nulls + others


def _sort_key(field: Field, value: Value) -> Any:
    if field.values and isinstance(value, str):
        # Picklists sort by the order of their values, strangers last.
        known = value in field.values
        return (field.values.index(value) if known else len(field.values), value.lower())
    return value.lower() if isinstance(value, str) else value
