"""Resolves names in a query to fields of the schema, with Salesforce's errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from local.emulators.salesforce.schema import Field, Schema, SObject
from local.emulators.salesforce.soql.functions import DATE_FUNCTIONS
from local.emulators.salesforce.soql.lexer import Source, Token
from local.emulators.salesforce.soql.syntax import Call, Expression, Path
from local.emulators.salesforce.store import Record, Store
from local.emulators.salesforce.values import Value

_HINT = (
    " If you are attempting to use a custom {what}, be sure to append the '{suffix}' after the "
    "custom {what} name. Please reference your WSDL or the describe call for the appropriate names."
)


@dataclass(frozen=True)
class Surroundings:
    """The data that a query is run against."""

    store: Store
    schema: Schema
    now: datetime
    zone: ZoneInfo
    include_deleted: bool = False


@dataclass(frozen=True)
class BoundPath:
    """A field reached through parents: `hops` are the reference fields on the way."""

    hops: tuple[Field, ...]
    owner: SObject
    field: Field

    @property
    def names(self) -> tuple[str, ...]:
        """As it appears in an answer: relationship names, then the field's name."""
        return (*(str(hop.relationship) for hop in self.hops), self.field.name)


@dataclass(frozen=True)
class Operand:
    """Something that has a value for a row; `path` is set for a plain field."""

    field: Field
    get: Callable[[Record], Value]
    path: BoundPath | None = None


class Binder:
    """Resolves the names of one query level."""

    def __init__(
        self, around: Surroundings, source: Source, sobject: SObject, alias: str | None
    ) -> None:
        self.around = around
        self.source = source
        self.sobject = sobject
        self._prefixes = {sobject.name.lower(), (alias or sobject.name).lower()}

    def path(self, path: Path) -> BoundPath:
        """The field that a path means; raises ApiError (INVALID_FIELD)."""
        parts = list(path.parts)
        owner = self.sobject
        prefixed = len(parts) > 1 and parts[0].lower() in self._prefixes
        if prefixed and owner.find_reference(parts[0]) is None:
            parts.pop(0)
        hops = []
        for part in parts[:-1]:
            reference = owner.find_reference(part)
            parent = None if reference is None else self.around.schema.find(str(reference.target))
            if reference is None or parent is None:
                raise self._unknown_relationship(path.token, part)
            hops.append(reference)
            owner = parent
        field = owner.find(parts[-1])
        if field is None:
            raise self.source.error(
                "INVALID_FIELD",
                path.token,
                f"No such column '{parts[-1]}' on entity '{owner.name}'."
                + _HINT.format(what="field", suffix="__c"),
            )
        return BoundPath(tuple(hops), owner, field)

    def operand(self, expression: Expression) -> Operand:
        """A field or date function as something to compare."""
        if isinstance(expression, Path):
            bound = self.path(expression)
            return Operand(bound.field, self.reader(bound), bound)
        function = DATE_FUNCTIONS.get(expression.name)
        if function is None or expression.argument is None:
            raise self.source.malformed(expression.token)
        return self._function(expression, expression.argument)

    def reader(self, bound: BoundPath) -> Callable[[Record], Value]:
        """Reads the path's value from a record of the query's object."""
        name = bound.field.name
        if not bound.hops:
            return lambda record: record.get(name)
        store, schema = self.around.store, self.around.schema
        parents = [(hop.name, schema.get(str(hop.target))) for hop in bound.hops]

        def read(record: Record) -> Value:
            current = record
            for hop, parent in parents:
                parent_id = current.get(hop)
                above = None if parent_id is None else store.get(parent, str(parent_id))
                if above is None:
                    return None
                current = above
            return current.get(name)

        return read

    def _function(self, call: Call, argument: Path) -> Operand:
        kind, compute = DATE_FUNCTIONS[call.name]
        bound = self.path(argument)
        if bound.field.type not in {"date", "datetime"}:
            raise self.source.error(
                "INVALID_FIELD",
                call.token,
                f"field {bound.field.name} does not support function {call.name}",
            )
        read = self.reader(bound)
        field = Field(name=call.name, label=call.name, type=kind)
        return Operand(field, lambda record: compute(read(record)))

    def _unknown_relationship(self, token: Token, part: str) -> Exception:
        return self.source.error(
            "INVALID_FIELD",
            token,
            f"Didn't understand relationship '{part}' in field path."
            + _HINT.format(what="relationship", suffix="__r"),
        )


def bind_object(around: Surroundings, source: Source, path: Path) -> SObject:
    """The object after FROM; raises ApiError (INVALID_TYPE)."""
    name = ".".join(path.parts)
    sobject = around.schema.find(name)
    if sobject is None:
        raise source.error(
            "INVALID_TYPE",
            path.token,
            f"sObject type '{name}' is not supported."
            + _HINT.format(what="object", suffix="__c").replace(
                "custom object name", "entity name"
            ),
        )
    return sobject


def bind_child(
    around: Surroundings, source: Source, parent: SObject, path: Path
) -> tuple[SObject, Field]:
    """Object and reference field of a child relationship; raises ApiError (INVALID_TYPE)."""
    name = path.parts[-1]
    child = parent.find_child(name)
    if child is None:
        raise source.error(
            "INVALID_TYPE",
            path.token,
            f"Didn't understand relationship '{name}' in FROM part of query call."
            + _HINT.format(what="relationship", suffix="__r"),
        )
    sobject = around.schema.get(child.object_name)
    return sobject, sobject.fields[child.field_name.lower()]
