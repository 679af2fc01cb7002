"""Parses files of Apex: classes with their members, and scripts of anonymous Apex."""

from __future__ import annotations

from tree_sitter import Node as TreeNode

from local.emulators.salesforce.apex import syntax
from local.emulators.salesforce.apex.errors import NotApex
from local.emulators.salesforce.apex.reading_expressions import read_string, read_type
from local.emulators.salesforce.apex.reading_statements import Statements
from local.emulators.salesforce.apex.source import (
    Source,
    child,
    children,
    need,
    only,
    part,
    text_of,
)
from local.emulators.salesforce.apex.types import TypeRef

_CLASSES = frozenset({"class_declaration", "interface_declaration", "enum_declaration"})


def parse_class(file: str, text: str) -> syntax.ClassDeclaration:
    """The one class, interface or enum of a file; raises NotApex or Unsupported."""
    source = Source(file, text)
    declared = children(source.root)
    if len(declared) != 1 or declared[0].type not in _CLASSES:
        raise NotApex("a class file holds exactly one class", source.place(source.root))
    return _Classes(source).read(declared[0])


def parse_script(file: str, text: str) -> syntax.Block:
    """Anonymous Apex: statements without a class; raises NotApex or Unsupported."""
    source = Source(file, text)
    return Statements(source).block(source.root)


class _Classes:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._statements = Statements(source)

    def read(self, node: TreeNode) -> syntax.ClassDeclaration:
        if node.type == "enum_declaration":
            return self._enum(node)
        fields: list[syntax.FieldDeclaration] = []
        methods: list[syntax.Method] = []
        constructors: list[syntax.Method] = []
        blocks: list[syntax.Block] = []
        inner: list[syntax.ClassDeclaration] = []
        for member in children(need(node, "body")):
            if member.type == "field_declaration":
                fields.extend(self._fields(member))
            elif member.type == "method_declaration":
                methods.append(self._method(member))
            elif member.type == "constructor_declaration":
                constructors.append(self._method(member))
            elif member.type == "static_initializer":
                blocks.append(self._statements.block(only(member)))
            elif member.type in _CLASSES:
                inner.append(self.read(member))
            else:
                raise self._source.unsupported(member)
        modifiers, annotations = self._modifiers(node)
        parent = part(node, "superclass")
        return syntax.ClassDeclaration(
            place=self._source.place(need(node, "name")),
            modifiers=modifiers,
            annotations=annotations,
            kind="interface" if node.type == "interface_declaration" else "class",
            name=self._source.identifier(need(node, "name")),
            parent=None if parent is None else read_type(only(parent)),
            interfaces=self._interfaces(node),
            fields=tuple(fields),
            methods=tuple(methods),
            constructors=tuple(constructors),
            static_blocks=tuple(blocks),
            inner=tuple(inner),
        )

    def _interfaces(self, node: TreeNode) -> tuple[TypeRef, ...]:
        listed = part(node, "interfaces") or child(node, "extends_interfaces")
        if listed is None:
            return ()
        return tuple(read_type(item) for item in children(only(listed)))

    def _enum(self, node: TreeNode) -> syntax.ClassDeclaration:
        modifiers, annotations = self._modifiers(node)
        constants = children(need(node, "body"), "enum_constant")
        return syntax.ClassDeclaration(
            place=self._source.place(need(node, "name")),
            modifiers=modifiers,
            annotations=annotations,
            kind="enum",
            name=self._source.identifier(need(node, "name")),
            constants=tuple(self._source.identifier(need(item, "name")) for item in constants),
        )

    def _fields(self, node: TreeNode) -> list[syntax.FieldDeclaration]:
        modifiers, annotations = self._modifiers(node)
        accessors = child(node, "accessor_list")
        found = {} if accessors is None else self._accessors(accessors)
        fields = []
        for item in node.children_by_field_name("declarator"):
            value = part(item, "value")
            fields.append(
                syntax.FieldDeclaration(
                    place=self._source.place(item),
                    modifiers=modifiers,
                    annotations=annotations,
                    name=self._source.identifier(need(item, "name")),
                    type=read_type(need(node, "type")),
                    value=None if value is None else self._statements.expressions.read(value),
                    getter=found.get("get"),
                    setter=found.get("set"),
                )
            )
        return fields

    def _accessors(self, node: TreeNode) -> dict[str, syntax.Accessor]:
        found = {}
        for item in children(node):
            body = part(item, "body")
            modifiers, _ = self._modifiers(item)
            found[text_of(need(item, "accessor")).lower()] = syntax.Accessor(
                body=None if body is None else self._statements.block(body),
                private="private" in modifiers,
            )
        return found

    def _method(self, node: TreeNode) -> syntax.Method:
        modifiers, annotations = self._modifiers(node)
        returns, body = part(node, "type"), part(node, "body")
        parameters = children(need(node, "parameters"), "formal_parameter")
        return syntax.Method(
            place=self._source.place(need(node, "name")),
            modifiers=modifiers,
            annotations=annotations,
            name=self._source.identifier(need(node, "name")),
            parameters=tuple(
                syntax.Parameter(
                    name=self._source.identifier(need(item, "name")),
                    type=read_type(need(item, "type")),
                )
                for item in parameters
            ),
            returns=None if returns is None else read_type(returns),
            body=None if body is None else self._statements.block(body),
        )

    def _modifiers(self, node: TreeNode) -> tuple[frozenset[str], tuple[syntax.Annotation, ...]]:
        listed = child(node, "modifiers")
        if listed is None:
            return frozenset(), ()
        words = {" ".join(text_of(item).lower().split()) for item in children(listed, "modifier")}
        annotations = tuple(self._annotation(item) for item in children(listed, "annotation"))
        return frozenset(words), annotations

    def _annotation(self, node: TreeNode) -> syntax.Annotation:
        listed = part(node, "arguments")
        arguments = {}
        for item in [] if listed is None else children(listed, "annotation_key_value"):
            value = need(item, "value")
            arguments[text_of(need(item, "key")).lower()] = (
                read_string(value) if value.type == "string_literal" else text_of(value)
            )
        return syntax.Annotation(text_of(need(node, "name")).lower(), arguments)
