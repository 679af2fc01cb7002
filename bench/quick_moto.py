"""Moto's DynamoDB with less processor time for the same answers.

Moto looks for every member of every value of an item under many names, in requests and in answers,
and lists the methods of a service at every call. The values of items are in DynamoDB's own form on
both sides, so that they can be taken as they are.
"""

from __future__ import annotations

import functools
import importlib
import random
from typing import Any

from moto.core import parse, responses, serialize, utils

_TEXT, _TEXTS = frozenset({"S", "N"}), frozenset({"SS", "NS"})


def quicken() -> None:
    """Let moto take the values of items as they are, from now on in this process."""
    parse.PROTOCOL_PARSERS["json"] = QuickParser
    serialize.SERVICE_SPECIFIC_SERIALIZERS["dynamodb"] = {"json": QuickSerializer}
    responses.method_names_from_class = method_names  # type: ignore[attr-defined]  # imported there


@functools.cache
def quicken_user_pools() -> None:
    """Let the key that all of moto's user pools share be completed once, without drawing lots."""
    # Only who has user pools loads it.
    rsa_key: Any = importlib.import_module("joserfc._rfc7518.rsa_key")
    recover = rsa_key.rsa_recover_prime_factors

    @functools.cache
    def recovered(*numbers: int) -> tuple[int, int]:
        # A run of a simulation must draw the same lots whether it is the first in its process.
        before = random.getstate()
        try:
            primes: tuple[int, int] = recover(*numbers)
        finally:
            random.setstate(before)
        return primes

    rsa_key.rsa_recover_prime_factors = recovered


class QuickParser(parse.JSONParser):
    """Reads a request."""

    def _parse_structure(self, shape: Any, value: Any) -> Any:
        if shape.name == "AttributeValue" and is_wire_value(value):
            return value
        return super()._parse_structure(shape, value)  # type: ignore[no-untyped-call]  # moto has no types there


class QuickSerializer(serialize.JSONSerializer):
    """Writes an answer."""

    def _serialize_type_structure(self, serialized: Any, value: Any, shape: Any, key: str) -> None:
        if shape.name == "AttributeValue" and is_wire_value(value):
            self._default_serialize(serialized, value, shape, key)
        else:
            super()._serialize_type_structure(serialized, value, shape, key)


def is_wire_value(value: Any) -> bool:
    """Return whether a value is already in the form that DynamoDB sends; never for binary ones."""
    if type(value) is not dict or len(value) != 1:
        return False
    ((kind, content),) = value.items()
    if kind in _TEXT:
        return type(content) is str
    if kind == "M":
        return type(content) is dict and all(map(is_wire_value, content.values()))
    if kind == "L":
        return type(content) is list and all(map(is_wire_value, content))
    if kind in _TEXTS:
        return type(content) is list and all(type(one) is str for one in content)
    return kind in {"BOOL", "NULL"} and type(content) is bool


method_names = functools.cache(utils.method_names_from_class)
