"""Evaluates the metric math of the portal's alarms, which ministack refuses.

The subset that `infra/components/monitoring.py` writes: numbers, names of metrics, arithmetic,
comparisons, `FILL`, `MAX`, `MIN` and `IF`. Source: CloudWatch user guide, "Using math expressions
with CloudWatch metrics".
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

Value = float | None
"""The value of one period; None is missing data."""

_ARITHMETIC: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.GtE: operator.ge,
    ast.Gt: operator.gt,
    ast.LtE: operator.le,
    ast.Lt: operator.lt,
}


class NotUnderstood(ValueError):
    """The expression has a part that is not evaluated here."""


def evaluate(expression: str, values: Mapping[str, Value]) -> Value:
    """Return the value of an expression over the metrics' values. Raises NotUnderstood.

    An operand without data makes the result have none, as does a division by zero.
    """
    try:
        tree = ast.parse(expression, mode="eval")
    except SyntaxError as error:
        raise NotUnderstood(expression) from error
    return _value(tree.body, values)


def _value(node: ast.expr, values: Mapping[str, Value]) -> Value:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name) if name in values:
            return values[name]
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _ARITHMETIC:
            return _both(_ARITHMETIC[type(sign)], _value(left, values), _value(right, values))
        case ast.Compare(left=left, ops=[sign], comparators=[right]) if type(sign) in _COMPARISONS:
            return _both(_COMPARISONS[type(sign)], _value(left, values), _value(right, values))
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _call(name, arguments, values)
    raise NotUnderstood(ast.unparse(node))


def _both(work: Callable[[float, float], float], left: Value, right: Value) -> Value:
    if left is None or right is None:
        return None
    try:
        return float(work(left, right))
    except ZeroDivisionError:
        return None


def _call(name: str, arguments: list[Any], values: Mapping[str, Value]) -> Value:
    match name, arguments:
        case "FILL", [metric, filling]:
            known = _value(metric, values)
            return _value(filling, values) if known is None else known
        case (("MAX" | "MIN"), [ast.List(elts=items)]):
            present = [each for item in items if (each := _value(item, values)) is not None]
            return (max if name == "MAX" else min)(present, default=None)
        case "IF", [condition, then, otherwise]:
            holds = _value(condition, values)
            if holds is None:
                return None
            return _value(then if holds else otherwise, values)
    raise NotUnderstood(name)
