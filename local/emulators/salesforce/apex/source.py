"""A tree-sitter tree, with functions for the text, the place and the errors of its nodes.

tree-sitter has a grammar for Apex with SOQL (package `tree-sitter-language-pack`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tree_sitter import Node as TreeNode
from tree_sitter_language_pack import get_parser

from local.emulators.salesforce.apex.errors import NotApex, Place, Unsupported

_COMMENTS = frozenset({"line_comment", "block_comment"})
# Apex Developer Guide, "Reserved Keywords": words that no identifier may be. The grammar refuses
# those that the language uses, but not those that it keeps for itself.
_RESERVED_WORDS = (
    "abstract activate and any array as asc autonomous begin bigdecimal blob boolean break bulk by "
    "byte case cast catch char class collect commit const continue currency date datetime decimal "
    "default delete desc do double else end enum exception exit export extends false final finally "
    "float for from global goto group having hint if implements import in inner insert instanceof "
    "int integer interface into join like limit list long loop map merge new not null nulls number "
    "object of on or outer override package parallel pragma private protected public retrieve "
    "return rollback select set short sobject sort static string super switch synchronized system "
    "testmethod then this throw time transaction trigger true try undelete update upsert using "
    "virtual void webservice when where while"
)
_RESERVED = frozenset(_RESERVED_WORDS.split())


class Source:
    """One file of Apex."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self._bytes = text.encode()
        self.root: TreeNode = get_parser("apex").parse(self._bytes).root_node
        if self.root.has_error:
            wrong = next(_errors(self.root))
            raise NotApex(f"syntax error near {_start(wrong)!r}", self.place(wrong))

    def place(self, node: TreeNode) -> Place:
        """The line on which the node begins."""
        return Place(self.file, node.start_point[0] + 1)

    def identifier(self, node: TreeNode) -> str:
        """The name that the node declares; raises NotApex for a reserved word."""
        name = text_of(node)
        if name.lower() in _RESERVED:
            raise NotApex(f"identifier name is reserved: {name}", self.place(node))
        return name

    def between(self, start: int, end: int) -> str:
        """The text between two byte offsets."""
        return self._bytes[start:end].decode()

    def unsupported(self, node: TreeNode) -> Unsupported:
        """For a construct that is not modelled."""
        kind = node.type.replace("_", " ")
        return Unsupported(f"{kind} {_start(node)!r}", self.place(node))


def text_of(node: TreeNode) -> str:
    """The node's own text."""
    return (node.text or b"").decode()


def children(node: TreeNode, *types: str) -> list[TreeNode]:
    """Named children without comments; of these types only when some are given."""
    return [
        child
        for child in node.named_children
        if child.type not in _COMMENTS and (not types or child.type in types)
    ]


def child(node: TreeNode, *types: str) -> TreeNode | None:
    """The first of `children`, or None."""
    return next(iter(children(node, *types)), None)


def only(node: TreeNode) -> TreeNode:
    """The first child, which the grammar guarantees."""
    return children(node)[0]


def part(node: TreeNode, name: str) -> TreeNode | None:
    """The child in the grammar's field `name`, or None."""
    return node.child_by_field_name(name)


def need(node: TreeNode, name: str) -> TreeNode:
    """The child in a field that the grammar always fills."""
    found = node.child_by_field_name(name)
    if found is None:
        msg = f"{node.type} has no {name}"
        raise LookupError(msg)
    return found


def keyword(node: TreeNode, *words: str) -> bool:
    """Whether one of these keywords stands directly in the node."""
    return any(item.type in words for item in node.children)


def _errors(node: Any) -> Iterator[TreeNode]:
    if node.is_error or node.is_missing:
        yield node
    for item in node.children:
        if item.has_error or item.is_missing:
            yield from _errors(item)
    yield node


def _start(node: TreeNode) -> str:
    line = text_of(node).strip().split("\n", maxsplit=1)[0]
    return line[:60]
