"""Integer, Long, Decimal and Math (Apex Reference Guide)."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from local.emulators.salesforce.apex.library.registry import PlatformType
from local.emulators.salesforce.apex.values import Long

if TYPE_CHECKING:
    from local.emulators.salesforce.apex.machine import Machine

INTEGER = PlatformType("Integer")
LONG = PlatformType("Long")
DECIMAL = PlatformType("Decimal")
MATH = PlatformType("Math")
_WHOLE = re.compile(r"[+-]?[0-9]+")


@INTEGER.static("valueOf(String)")
def _integer_value_of(machine: Machine, text: str) -> int:
    if not _WHOLE.fullmatch(text.strip()):
        machine.throw("TypeException", f"Invalid integer: {text}")
    return machine.whole(int(text))


@LONG.static("valueOf(String)")
def _long_value_of(machine: Machine, text: str) -> int:
    if not _WHOLE.fullmatch(text.strip()):
        machine.throw("TypeException", f"Invalid long: {text}")
    return machine.whole(Long(text.strip()))


@LONG.method("intValue()")
def _long_int_value(machine: Machine, value: Long) -> int:
    return machine.whole(int(value))


@DECIMAL.static("valueOf(String)")
def _decimal_value_of(machine: Machine, text: str) -> Decimal:
    try:
        return Decimal(text.strip())
    except InvalidOperation:
        machine.throw("TypeException", f"Invalid decimal: {text}")


@DECIMAL.method("intValue()")
def _int_value(machine: Machine, value: Decimal) -> int:
    return machine.whole(int(value))


@DECIMAL.method("longValue()")
def _long_value(machine: Machine, value: Decimal) -> int:
    return machine.whole(Long(value))


@MATH.static("max(Integer, Integer)")
def _max(_: Machine, left: int, right: int) -> int:
    return max(left, right)


@MATH.static("min(Integer, Integer)")
def _min(_: Machine, left: int, right: int) -> int:
    return min(left, right)


@MATH.static("mod(Integer, Integer)")
def _mod(machine: Machine, left: int, right: int) -> int:
    if right == 0:
        machine.throw("MathException", "Divide by 0")
    # The sign is that of the dividend, as in Java.
    return abs(left) % abs(right) * (1 if left >= 0 else -1)
