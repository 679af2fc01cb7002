"""The select list: which fields an answer's records carry, nested as Salesforce nests them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from local.emulators.salesforce.errors import ApiError
from local.emulators.salesforce.schema import Field as SchemaField
from local.emulators.salesforce.schema import SObject
from local.emulators.salesforce.soql.binding import Binder, BoundPath
from local.emulators.salesforce.soql.syntax import FieldsFunction, Path, Query
from local.emulators.salesforce.store import Record, Store
from local.emulators.salesforce.values import render

FIELDS_LIMIT = 200
RenderChild = Callable[[Record], dict[str, Any] | None]


@dataclass
class Node:
    """The selected fields, parents and child subqueries of one object, in order."""

    sobject: SObject
    entries: dict[str, SchemaField | Parent | RenderChild] = field(default_factory=dict)


@dataclass
class Parent:
    """A parent object reached by `reference`."""

    reference: SchemaField
    node: Node


def build(binder: Binder, query: Query, child: Callable[[Query], tuple[str, RenderChild]]) -> Node:
    """The tree of a select list without aggregates; raises ApiError."""
    root = Node(binder.sobject)
    for item in query.select:
        if isinstance(item, Query):
            name, render_child = child(item)
            root.entries[name] = render_child
        elif isinstance(item, FieldsFunction):
            _check_limit(binder, query, item)
            for selected in _matching(binder.sobject, item.kind):
                _add(binder, root, BoundPath((), binder.sobject, selected), None)
        elif isinstance(item, Path):
            _add(binder, root, binder.path(item), item)
        else:
            token = item.path.token if hasattr(item, "path") else item.token
            raise binder.source.malformed(token)
    return root


def render_record(store: Store, node: Node, record: Record, version: str) -> dict[str, Any]:
    """One record of an answer."""
    answer: dict[str, Any] = {"attributes": attributes(node.sobject, record, version)}
    for name, entry in node.entries.items():
        if isinstance(entry, Parent):
            parent_id = record.get(entry.reference.name)
            parent = None if parent_id is None else store.get(entry.node.sobject, str(parent_id))
            answer[name] = (
                None if parent is None else render_record(store, entry.node, parent, version)
            )
        elif isinstance(entry, SchemaField):
            answer[name] = render(entry, record.get(entry.name))
        else:
            answer[name] = entry(record)
    return answer


def attributes(sobject: SObject, record: Record, version: str) -> dict[str, str]:
    """Type and address of a record."""
    return {
        "type": sobject.name,
        "url": f"/services/data/v{version}/sobjects/{sobject.name}/{record['Id']}",
    }


def _add(binder: Binder, root: Node, bound: BoundPath, path: Path | None) -> None:
    node = root
    for hop in bound.hops:
        parent = node.entries.setdefault(
            str(hop.relationship),
            Parent(hop, Node(binder.around.schema.get(str(hop.target)))),
        )
        if not isinstance(parent, Parent):
            msg = f"{hop.relationship} is selected both as parent and as child relationship"
            raise ApiError("MALFORMED_QUERY", msg)
        node = parent.node
    if bound.field.name in node.entries:
        message = f"duplicate field selected: {bound.field.name}"
        if path is None:
            raise ApiError("INVALID_FIELD", message)
        raise binder.source.error("INVALID_FIELD", path.token, message)
    node.entries[bound.field.name] = bound.field


def _check_limit(binder: Binder, query: Query, function: FieldsFunction) -> None:
    if function.kind == "STANDARD":
        return
    if query.limit is None or query.limit > FIELDS_LIMIT:
        raise binder.source.malformed(
            query.limit_token or function.token,
            f"The SOQL FIELDS function must have a LIMIT of at most {FIELDS_LIMIT}",
        )


def _matching(sobject: SObject, kind: str) -> list[SchemaField]:
    wanted = {"ALL": (True, False), "CUSTOM": (True,), "STANDARD": (False,)}[kind]
    return [item for item in sobject.fields.values() if item.custom in wanted]
