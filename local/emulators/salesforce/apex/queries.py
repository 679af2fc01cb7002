"""Runs SOQL of Apex, with bind variables and modes, and returns rows as sObjects."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from local.emulators.salesforce.apex.binding import bind
from local.emulators.salesforce.apex.errors import NotApex, Unsupported
from local.emulators.salesforce.apex.library.exception_methods import INACCESSIBLE
from local.emulators.salesforce.apex.types import TypeRef
from local.emulators.salesforce.apex.values import (
    ApexList,
    Id,
    QueryRows,
    Record,
    StoredDecimal,
)
from local.emulators.salesforce.errors import ApiError
from local.emulators.salesforce.rest.messages import NEWEST
from local.emulators.salesforce.schema import NUMBER_TYPES, Field, Schema, SObject
from local.emulators.salesforce.soql.aggregates import is_aggregate
from local.emulators.salesforce.soql.binding import Surroundings
from local.emulators.salesforce.soql.engine import Result, execute
from local.emulators.salesforce.soql.lexer import Source
from local.emulators.salesforce.soql.syntax import Call, Query
from local.emulators.salesforce.values import parse_date, parse_moment

if TYPE_CHECKING:
    from local.emulators.salesforce.apex.machine import Machine

_MODES = frozenset({None, "USER_MODE", "SYSTEM_MODE"})


class Queries:
    """Runs the queries of Apex on the emulator's SOQL engine."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def run(
        self, text: tuple[str, ...], values: list[Any], collections: list[bool]
    ) -> QueryRows | int:
        """Rows, or a number for `COUNT()`; throws System.QueryException, raises NotApex."""
        session = self._machine.session
        session.usage.use("queries")
        try:
            query, source = bind(text, values, collections)
            self._check(query)
            result = self._execute(query, source, session.schema)
        except ApiError as error:
            raise NotApex(_last_line(error)) from error
        if query.mode == "USER_MODE":
            result = self._as_user(query, source)
        session.usage.use("query_rows", result.total)
        if is_aggregate(query):
            return result.total
        sobject = session.schema.get(query.source.parts[-1])
        rows = [self._record(sobject, row) for row in result.rows]
        return QueryRows(TypeRef(sobject.name), rows)

    def _check(self, query: Query) -> None:
        if query.mode not in _MODES:
            raise Unsupported(f"WITH {query.mode}")
        counts = len(query.select) == 1 and isinstance(query.select[0], Call)
        count = query.select[0] if counts else None
        plain = isinstance(count, Call) and count.name == "COUNT" and count.argument is None
        if is_aggregate(query) and (not plain or query.group_by):
            raise Unsupported("a query with aggregates other than COUNT()")

    def _execute(self, query: Query, source: Source, schema: Schema) -> Result:
        org = self._machine.session.org
        zone = ZoneInfo(org.switches.time_zone)
        around = Surroundings(org.store, schema, org.now(), zone)
        return execute(query, source, around, f"{NEWEST}.0")

    def _as_user(self, query: Query, source: Source) -> Result:
        """The query with the user's own view of objects and fields."""
        try:
            return self._execute(query, source, self._machine.session.user_schema())
        except ApiError as error:
            self._machine.throw("QueryException", _last_line(error), {INACCESSIBLE: {}})

    def _record(self, sobject: SObject, row: dict[str, Any]) -> Record:
        record = Record(sobject, queried=True)
        record.values["id"] = Id(row["attributes"]["url"].rpartition("/")[2])
        for name, value in row.items():
            if name == "attributes":
                continue
            field = sobject.find(name)
            record.values[name.lower()] = (
                self._related(sobject, name, value) if field is None else _value(field, value)
            )
        return record

    def _related(self, sobject: SObject, name: str, value: Any) -> Any:
        schema = self._machine.session.schema
        reference = sobject.find_reference(name)
        if reference is not None:
            parent = schema.get(str(reference.target))
            return None if value is None else self._record(parent, value)
        child = sobject.find_child(name)
        if child is None:
            msg = f"{sobject.name} has no relationship {name}"
            raise LookupError(msg)
        children = schema.get(child.object_name)
        rows = [] if value is None else value["records"]
        return ApexList(TypeRef(children.name), [self._record(children, row) for row in rows])


def _value(field: Field, value: Any) -> Any:
    if value is None:
        return None
    if field.type in {"id", "reference"}:
        return Id(value)
    if field.type == "date":
        return parse_date(value)
    if field.type == "datetime":
        return parse_moment(value)
    if field.type in NUMBER_TYPES and field.type != "int":
        exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-field.scale))
        return StoredDecimal(exact)
    return value


def _last_line(error: ApiError) -> str:
    return error.message.rpartition("\n")[2]
