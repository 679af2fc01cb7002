"""Binary and unary operators on values."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, Inexact, localcontext
from typing import TYPE_CHECKING, Any

from local.emulators.salesforce.apex.errors import NotApex, Unsupported
from local.emulators.salesforce.apex.values import Long, StoredDecimal, same

if TYPE_CHECKING:
    from local.emulators.salesforce.apex.machine import Machine

_DIGITS = 33
_ORDERINGS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def apply(machine: Machine, operator: str, left: Any, right: Any) -> Any:  # one line per operator
    """`left operator right` for every operator that evaluates both sides."""
    if operator in {"==", "!=", "<>"}:
        return same(left, right) is (operator == "==")
    if operator in {"===", "!=="}:
        return _identical(left, right) is (operator == "===")
    if operator == "+" and (isinstance(left, str) or isinstance(right, str)):
        return machine.text(left) + machine.text(right)
    if left is None or right is None:
        if operator in _ORDERINGS:
            raise Unsupported(f"null {operator} something")
        machine.throw("NullPointerException", "Attempt to de-reference a null object")
    if operator in _ORDERINGS:
        return _ordered(operator, left, right)
    return _arithmetic(machine, operator, left, right)


def negate(machine: Machine, value: Any) -> Any:
    """`-value`."""
    if value is None:
        machine.throw("NullPointerException", "Attempt to de-reference a null object")
    if not _is_number(value):
        raise NotApex(f"- on {machine.type_name(value)}")
    return _arithmetic(machine, "-", type(value)(0) if isinstance(value, Long) else 0, value)


def _identical(left: Any, right: Any) -> bool:
    if isinstance(left, str | int | Decimal) or isinstance(right, str | int | Decimal):
        raise Unsupported("=== on primitive values")
    return left is right


def _ordered(operator: str, left: Any, right: Any) -> bool:
    numbers = _is_number(left) and _is_number(right)
    moments = isinstance(left, datetime) and isinstance(right, datetime)
    days = type(left) is date and type(right) is date
    if not (numbers or moments or days):
        raise Unsupported(f"{operator} on anything but numbers, dates and times")
    return _ORDERINGS[operator](left, right)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _arithmetic(machine: Machine, operator: str, left: Any, right: Any) -> Any:
    if not (_is_number(left) and _is_number(right)):
        kinds = f"{machine.type_name(left)} and {machine.type_name(right)}"
        raise Unsupported(f"{operator} on {kinds}")
    if operator == "/" and right == 0:
        machine.throw("MathException", "Divide by 0")
    if isinstance(left, Decimal) or isinstance(right, Decimal):
        return _decimal(operator, Decimal(left), Decimal(right))
    kind = Long if isinstance(left, Long) or isinstance(right, Long) else int
    return machine.whole(kind(_whole(operator, int(left), int(right))))


def _whole(operator: str, left: int, right: int) -> int:
    if operator == "+":
        return left + right
    if operator == "-":
        return left - right
    if operator == "*":
        return left * right
    if operator == "/":
        # Towards zero, as in Java.
        quotient = abs(left) // abs(right)
        return quotient if (left < 0) == (right < 0) else -quotient
    raise Unsupported(f"operator {operator}")


def _decimal(operator: str, left: Decimal, right: Decimal) -> Decimal:
    with localcontext() as context:
        context.prec = _DIGITS
        context.traps[Inexact] = True
        try:
            if operator == "+":
                result = left + right
            elif operator == "-":
                result = left - right
            elif operator == "*":
                result = left * right
            elif operator == "/":
                result = left / right
            else:
                raise Unsupported(f"operator {operator} on Decimal")
        except Inexact as error:
            # The platform rounds; to how many digits is not documented.
            raise Unsupported(f"Decimal {operator} without an exact result") from error
    # How many zeros the result shows would depend on the operands' scales.
    return StoredDecimal(result)
