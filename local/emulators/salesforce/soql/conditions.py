"""WHERE and HAVING as predicates over records.

`=`, `!=`, `IN` and `NOT IN` treat null as a value of its own (so `!=` finds nulls); orderings
and LIKE are unknown for null. A checkbox of a missing parent counts as false.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from typing import Any

from local.emulators.salesforce.schema import Field
from local.emulators.salesforce.soql.binding import Binder, Operand
from local.emulators.salesforce.soql.literals import Literals, Span, fold
from local.emulators.salesforce.soql.logic import Predicate, Truth, conjoin, disjoin, negate
from local.emulators.salesforce.soql.syntax import (
    Comparison,
    Condition,
    Expression,
    InList,
    InQuery,
    Junction,
    Not,
    Path,
    Query,
)
from local.emulators.salesforce.soql.syntax import Value as Literal
from local.emulators.salesforce.store import Record
from local.emulators.salesforce.values import Value

_ORDERINGS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_IDS = frozenset({"id", "reference"})
RunSubquery = Callable[[Query], Iterable[Value]]


class Conditions:
    """Compiles the conditions of one query level."""

    def __init__(
        self,
        binder: Binder,
        run_subquery: RunSubquery,
        operand: Callable[[Expression], Operand] | None = None,
    ) -> None:
        self._binder = binder
        self._run_subquery = run_subquery
        self._operand = operand or binder.operand
        self._literals = Literals(binder.around, binder.source)

    def compile(self, condition: Condition) -> Predicate:
        """The predicate; raises ApiError for unknown names and wrong types."""
        if isinstance(condition, Not):
            return negate(self.compile(condition.condition))
        if isinstance(condition, Junction):
            parts = [self.compile(part) for part in condition.conditions]
            return conjoin(parts) if condition.operator == "AND" else disjoin(parts)
        if isinstance(condition, Comparison):
            return self._comparison(condition)
        if isinstance(condition, InList):
            return self._includes(condition) if condition.multi else self._in_list(condition)
        return self._in_query(condition)

    def equals(self, condition: Condition) -> tuple[Operand, list[Value]] | None:
        """Field and values when the condition is a plain `=` or `IN`; for picking an index."""
        literals: tuple[Literal, ...]
        if isinstance(condition, Comparison) and condition.operator == "=":
            operand, literals = self._operand(condition.left), (condition.right,)
        elif isinstance(condition, InList) and not condition.negated and not condition.multi:
            operand, literals = self._operand(condition.left), condition.values
        else:
            return None
        values = [self._literals.value(operand.field, literal) for literal in literals]
        plain: list[Value] = [
            value for value in values if value is not None and not isinstance(value, Span)
        ]
        return (operand, plain) if len(plain) == len(values) else None

    def _filterable(self, expression: Expression) -> Operand:
        operand = self._operand(expression)
        if not operand.field.filterable:
            token = expression.token
            raise self._binder.source.error(
                "INVALID_FIELD",
                token,
                f"field '{operand.field.name}' can not be filtered in a query call",
            )
        return operand

    def _comparison(self, condition: Comparison) -> Predicate:
        operand = self._filterable(condition.left)
        if condition.operator == "LIKE":
            return self._like(operand, condition)
        wanted = self._literals.value(operand.field, condition.right)
        read = _reader(operand)
        if isinstance(wanted, Span):
            return _in_span(read, condition.operator, wanted)
        if condition.operator == "=":
            return lambda record: read(record) == wanted
        if condition.operator == "!=":
            return lambda record: read(record) != wanted
        orderable = operand.field.type not in _IDS and operand.field.type != "boolean"
        if wanted is None or not orderable:
            raise self._binder.source.malformed(condition.right.token)
        compare = _ORDERINGS[condition.operator]

        def apply(record: Record) -> Truth:
            value = read(record)
            return None if value is None else compare(value, wanted)

        return apply

    def _like(self, operand: Operand, condition: Comparison) -> Predicate:
        pattern = self._literals.pattern(operand.field, condition.right)

        def apply(record: Record) -> Truth:
            value = operand.get(record)
            return None if value is None else pattern.fullmatch(str(value)) is not None

        return apply

    def _in_list(self, condition: InList) -> Predicate:
        operand = self._filterable(condition.left)
        values = [self._literals.value(operand.field, value) for value in condition.values]
        read = _reader(operand)
        tests = [
            _in_span(read, "=", value) if isinstance(value, Span) else _equal(read, value)
            for value in values
        ]
        found = disjoin(tests)
        return negate(found) if condition.negated else found

    def _includes(self, condition: InList) -> Predicate:
        operand = self._filterable(condition.left)
        if operand.field.type != "multipicklist":
            raise self._binder.source.error(
                "INVALID_QUERY_FILTER_OPERATOR",
                condition.left.token,
                f"includes/excludes operator is not valid on field {operand.field.name}",
            )
        values = [self._literals.value(operand.field, value) for value in condition.values]
        choices = [set(str(value).split(";")) for value in values]
        read = _reader(operand)

        def apply(record: Record) -> Truth:
            chosen = set(str(read(record) or "").split(";"))
            return any(choice <= chosen for choice in choices) is not condition.negated

        return apply

    def _in_query(self, condition: InQuery) -> Predicate:
        operand = self._filterable(condition.left)
        selected = condition.query.select
        if operand.field.type not in _IDS or len(selected) != 1:
            raise self._binder.source.malformed(condition.left.token)
        if not isinstance(selected[0], Path):
            raise self._binder.source.malformed(condition.query.source.token)
        values = {value for value in self._run_subquery(condition.query) if value is not None}
        return lambda record: (operand.get(record) in values) is not condition.negated


def _reader(operand: Operand) -> Callable[[Record], Value]:
    """Reads the value as it is compared."""
    get, field = operand.get, operand.field
    if field.type == "boolean":
        return lambda record: bool(get(record))
    if field.type in _IDS:
        return get
    return lambda record: _folded(field, get(record))


def _folded(field: Field, value: Value) -> Value:
    return fold(field, value) if isinstance(value, str) else value


def _equal(read: Callable[[Record], Value], wanted: Value) -> Predicate:
    return lambda record: read(record) == wanted


def _in_span(read: Callable[[Record], Any], comparison: str, wanted: Span) -> Predicate:
    start, end = wanted
    if comparison == "=":
        return lambda record: (value := read(record)) is not None and start <= value < end
    if comparison == "!=":
        return lambda record: (value := read(record)) is None or not start <= value < end
    bound = start if comparison in {"<", ">="} else end
    compare = operator.lt if comparison in {"<", "<="} else operator.ge

    def apply(record: Record) -> Truth:
        value = read(record)
        return None if value is None else bool(compare(value, bound))

    return apply
