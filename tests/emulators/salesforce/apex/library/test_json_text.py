"""JSON."""

from __future__ import annotations

from typing import Any

import pytest

from local.emulators.salesforce.apex.errors import Unsupported
from local.emulators.salesforce.apex.values import ApexMap, Long
from tests.emulators.salesforce.apex.running import Apex

OBJECT = "public class Thing { public String name; public Integer size; public Thing self; }"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("JSON.serialize(null)", "null"),
        ("JSON.serialize('ü\"')", '"ü\\""'),
        ("JSON.serialize(new List<Object>{1, true, null, 'x'})", '[1,true,null,"x"]'),
        ("JSON.serialize(new Map<String, Object>{'b' => 1, 'a' => null})", '{"b":1,"a":null}'),
        ("JSON.serialize(new Map<String, Object>{'a' => null}, true)", "{}"),
        ("JSON.serialize(new Thing())", '{"name":null,"size":null,"self":null}'),
        ("JSON.serialize(Date.newInstance(2026, 1, 2))", '"2026-01-02"'),
        ("JSON.serialize(Datetime.newInstance(1500L))", '"1970-01-01T00:00:01.500Z"'),
    ],
)
def test_serialize(apex: Apex, expression: str, expected: str) -> None:
    assert apex.value(expression, OBJECT) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1", 1), ('"x"', "x"), ("true", True), ("null", None), ("-7", -7)],
)
def test_deserialize_scalars(apex: Apex, text: str, expected: Any) -> None:
    assert apex.value(f"JSON.deserializeUntyped('{text}')") == expected


def test_deserialize_objects(apex: Apex) -> None:
    found = apex.value("""JSON.deserializeUntyped('{"a": [1, 5000000000], "b": {}}')""")
    assert isinstance(found, ApexMap)
    assert found.get("a").items == [1, 5_000_000_000]
    assert type(found.get("a").items[1]) is Long
    assert isinstance(found.get("b"), ApexMap)


@pytest.mark.parametrize("text", ["", "<html>", "{", "NaN", "{\\'a\\': 1}"])
def test_text_that_is_no_json(apex: Apex, text: str) -> None:
    body = f"return JSON.deserializeUntyped('{text}');"
    assert apex.thrown(body).startswith("System.JSONException: ")


@pytest.mark.parametrize(
    "expression",
    [
        "JSON.deserializeUntyped('1.5')",
        "JSON.deserializeUntyped('99999999999999999999')",
        "JSON.serialize(1.5)",
        "JSON.serialize(new Account())",
        "JSON.serialize(new DmlException('x'))",
        "JSON.serializePretty('x')",
        "JSON.deserialize('{}', Thing.class)",
    ],
)
def test_what_is_not_modelled(apex: Apex, expression: str) -> None:
    with pytest.raises(Unsupported):
        apex.value(expression, OBJECT)
