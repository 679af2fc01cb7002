"""Converts expressions from tree-sitter's nodes to `syntax`. It refuses unknown nodes."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import cast

from tree_sitter import Node as TreeNode

from local.emulators.salesforce.apex import syntax
from local.emulators.salesforce.apex.errors import NotApex, Place
from local.emulators.salesforce.apex.source import (
    Source,
    child,
    children,
    keyword,
    need,
    only,
    part,
    text_of,
)
from local.emulators.salesforce.apex.types import TypeRef, parse_type
from local.emulators.salesforce.apex.values import INTEGER_RANGE, Long

_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_ESCAPES = {
    "b": "\b",
    "t": "\t",
    "n": "\n",
    "f": "\f",
    "r": "\r",
    '"': '"',
    "'": "'",
    "\\": "\\",
}
_OPERATIONS = frozenset({"insert", "update", "upsert", "delete"})


def read_type(node: TreeNode) -> TypeRef:
    """A type as written; `String[]` is `List<String>`."""
    return parse_type("".join(text_of(node).split()))


def read_string(node: TreeNode) -> str:
    """The text of a string literal; the grammar lets no other escapes through."""

    def replace(match: re.Match[str]) -> str:
        code = match.group(1)
        return chr(int(code[1:], 16)) if len(code) > 1 else _ESCAPES[code.lower()]

    return _ESCAPE.sub(replace, text_of(node)[1:-1])


class Expressions:
    """Reads the expressions of one file."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._readers: dict[str, Callable[[TreeNode], syntax.Expression]] = {
            "string_literal": lambda node: self._literal(node, read_string(node)),
            "int": self._integer,
            "decimal_floating_point_literal": self._decimal,
            "boolean": lambda node: self._literal(node, text_of(node).lower() == "true"),
            "null_literal": lambda node: self._literal(node, None),
            "identifier": lambda node: syntax.Name(place=self._at(node), name=text_of(node)),
            "this": lambda node: syntax.This(place=self._at(node)),
            "super": lambda node: syntax.Super(place=self._at(node)),
            "parenthesized_expression": lambda node: self.read(only(node)),
            "field_access": self._field_access,
            "array_access": self._index,
            "method_invocation": self._call,
            "object_creation_expression": self._new,
            "array_creation_expression": self._new_items,
            "map_creation_expression": self._new_map,
            "cast_expression": self._cast,
            "instanceof_expression": self._instance_of,
            "unary_expression": self._unary,
            "update_expression": self._step,
            "binary_expression": self._binary,
            "assignment_expression": self._assign,
            "ternary_expression": self._ternary,
            "class_literal": self._class_literal,
            "query_expression": self._query,
            "dml_expression": self._dml,
        }

    def read(self, node: TreeNode) -> syntax.Expression:
        """The expression; raises Unsupported with its place."""
        reader = self._readers.get(node.type)
        if reader is None:
            raise self._source.unsupported(node)
        return reader(node)

    def arguments(self, node: TreeNode | None) -> tuple[syntax.Expression, ...]:
        """An argument list."""
        return () if node is None else tuple(self.read(item) for item in children(node))

    def _at(self, node: TreeNode) -> Place:
        return self._source.place(node)

    def _literal(self, node: TreeNode, value: object) -> syntax.Expression:
        return syntax.Literal(place=self._at(node), value=value)

    def _integer(self, node: TreeNode) -> syntax.Expression:
        text = text_of(node)
        if text[-1] in "lL":
            return self._literal(node, Long(text[:-1]))
        if int(text) not in INTEGER_RANGE:
            raise NotApex(f"{text} is no Integer: write {text}L", self._at(node))
        return self._literal(node, int(text))

    def _decimal(self, node: TreeNode) -> syntax.Expression:
        text = text_of(node)
        if text[-1] in "dD":
            raise self._source.unsupported(node)
        return self._literal(node, Decimal(text))

    def _field_access(self, node: TreeNode) -> syntax.Expression:
        target, name = need(node, "object"), text_of(need(node, "field"))
        if name.lower() == "class":
            type_ = read_type(target)
            return syntax.ClassLiteral(place=self._at(node), type=type_)
        return syntax.FieldAccess(
            place=self._at(node), target=self.read(target), name=name, safe=_is_safe(node)
        )

    def _index(self, node: TreeNode) -> syntax.Expression:
        return syntax.Index(
            place=self._at(node),
            target=self.read(need(node, "array")),
            index=self.read(need(node, "index")),
        )

    def _call(self, node: TreeNode) -> syntax.Expression:
        target = part(node, "object")
        return syntax.Call(
            place=self._at(need(node, "name")),
            target=None if target is None else self.read(target),
            name=text_of(need(node, "name")),
            arguments=self.arguments(part(node, "arguments")),
            safe=_is_safe(node),
        )

    def _new(self, node: TreeNode) -> syntax.Expression:
        type_ = read_type(need(node, "type"))
        arguments = part(node, "arguments")
        items = [] if arguments is None else children(arguments)
        if items and all(item.type == "assignment_expression" for item in items):
            fields = tuple(
                (text_of(need(item, "left")), self.read(need(item, "right"))) for item in items
            )
            return syntax.New(place=self._at(node), type=type_, fields=fields)
        return syntax.New(place=self._at(node), type=type_, arguments=self.arguments(arguments))

    def _new_items(self, node: TreeNode) -> syntax.Expression:
        type_ = read_type(need(node, "type"))
        if part(node, "dimensions") is not None:
            type_ = TypeRef("List", (type_,))
        values = part(node, "value")
        if values is None:
            # `new T[3]` fills the list with nulls, which nobody needs.
            raise self._source.unsupported(node)
        items = tuple(self.read(item) for item in children(values))
        return syntax.NewItems(place=self._at(node), type=type_, items=items)

    def _new_map(self, node: TreeNode) -> syntax.Expression:
        pairs = []
        for pair in children(need(node, "value")):
            key, value = children(pair)
            pairs.append((self.read(key), self.read(value)))
        return syntax.NewMap(
            place=self._at(node), type=read_type(need(node, "type")), pairs=tuple(pairs)
        )

    def _cast(self, node: TreeNode) -> syntax.Expression:
        return syntax.Cast(
            place=self._at(node),
            type=read_type(need(node, "type")),
            value=self.read(need(node, "value")),
        )

    def _instance_of(self, node: TreeNode) -> syntax.Expression:
        return syntax.InstanceOf(
            place=self._at(node),
            value=self.read(need(node, "left")),
            type=read_type(need(node, "right")),
        )

    def _unary(self, node: TreeNode) -> syntax.Expression:
        operator = text_of(need(node, "operator"))
        if operator not in {"!", "-", "+"}:
            raise self._source.unsupported(node)
        operand = self.read(need(node, "operand"))
        return syntax.Unary(place=self._at(node), operator=operator, operand=operand)

    def _step(self, node: TreeNode) -> syntax.Expression:
        operator, operand = need(node, "operator"), need(node, "operand")
        return syntax.Step(
            place=self._at(node),
            operator=text_of(operator),
            operand=self.read(operand),
            before=operator.start_byte < operand.start_byte,
        )

    def _binary(self, node: TreeNode) -> syntax.Expression:
        return syntax.Binary(
            place=self._at(node),
            operator=text_of(need(node, "operator")),
            left=self.read(need(node, "left")),
            right=self.read(need(node, "right")),
        )

    def _assign(self, node: TreeNode) -> syntax.Expression:
        return syntax.Assign(
            place=self._at(node),
            target=self.read(need(node, "left")),
            operator=text_of(need(node, "operator")),
            value=self.read(need(node, "right")),
        )

    def _ternary(self, node: TreeNode) -> syntax.Expression:
        return syntax.Ternary(
            place=self._at(node),
            condition=self.read(need(node, "condition")),
            yes=self.read(need(node, "consequence")),
            no=self.read(need(node, "alternative")),
        )

    def _class_literal(self, node: TreeNode) -> syntax.Expression:
        return syntax.ClassLiteral(place=self._at(node), type=read_type(only(node)))

    def _query(self, node: TreeNode) -> syntax.Expression:
        body = child(node, "soql_query_body")
        if body is None:
            raise self._source.unsupported(node)
        texts, binds, start = [], [], body.start_byte
        for bound in _binds(body):
            texts.append(self._source.between(start, bound.start_byte))
            start = bound.end_byte
            before = bound.prev_named_sibling
            binds.append(
                syntax.Bind(
                    place=self._at(bound),
                    value=self.read(only(bound)),
                    collection=before is not None and before.type == "set_comparison_operator",
                )
            )
        texts.append(self._source.between(start, body.end_byte))
        return syntax.Query(place=self._at(node), text=tuple(texts), binds=tuple(binds))

    def _dml(self, node: TreeNode) -> syntax.Expression:
        operation = text_of(only(node)).lower()
        if operation not in _OPERATIONS:
            raise self._source.unsupported(node)
        mode, key = child(node, "dml_security_mode"), part(node, "upsert_key")
        return syntax.Dml(
            place=self._at(node),
            operation=cast("syntax.Operation", operation),
            target=self.read(need(node, "target")),
            as_user=mode is not None and text_of(mode).lower() == "user",
            key=None if key is None else text_of(key),
        )


def _is_safe(node: TreeNode) -> bool:
    return keyword(node, "safe_navigation_operator", "?.")


def _binds(node: TreeNode) -> list[TreeNode]:
    if node.type == "bound_apex_expression":
        return [node]
    return [bound for item in node.children for bound in _binds(item)]
