"""Three-valued logic against tables written out by hand."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from local.emulators.salesforce.soql.logic import Predicate, Truth, conjoin, disjoin, negate

T, F, U = True, False, None
AND_TABLE = {
    (T, T): T, (T, F): F, (T, U): U, (F, T): F, (F, F): F, (F, U): F, (U, T): U, (U, F): F,
    (U, U): U,
}  # fmt: skip
OR_TABLE = {
    (T, T): T, (T, F): T, (T, U): T, (F, T): T, (F, F): F, (F, U): U, (U, T): T, (U, F): U,
    (U, U): U,
}  # fmt: skip
NOT_TABLE = {T: F, F: T, U: U}


@dataclass(frozen=True)
class Leaf:
    truth: Truth


@dataclass(frozen=True)
class Negation:
    inner: Node


@dataclass(frozen=True)
class Joined:
    table: dict[tuple[Truth, Truth], Truth]
    parts: list[Node]


Node = Leaf | Negation | Joined


def expected(node: Node) -> Truth:
    if isinstance(node, Leaf):
        return node.truth
    if isinstance(node, Negation):
        return NOT_TABLE[expected(node.inner)]
    result = expected(node.parts[0])
    for part in node.parts[1:]:
        result = node.table[result, expected(part)]
    return result


def compiled(node: Node) -> Predicate:
    if isinstance(node, Leaf):
        return lambda _: node.truth
    if isinstance(node, Negation):
        return negate(compiled(node.inner))
    join = conjoin if node.table is AND_TABLE else disjoin
    return join([compiled(part) for part in node.parts])


leaves: st.SearchStrategy[Node] = st.sampled_from([T, F, U]).map(Leaf)


def grow(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    parts = st.lists(nodes, min_size=1, max_size=4)
    joined = st.sampled_from([AND_TABLE, OR_TABLE])
    return nodes.map(Negation) | st.builds(Joined, joined, parts)


@settings(deadline=None)
@given(st.recursive(leaves, grow, max_leaves=12))
def test_compiled_conditions_follow_the_tables(node: Node) -> None:
    assert compiled(node)({}) is expected(node)
