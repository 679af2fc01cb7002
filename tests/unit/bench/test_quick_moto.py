"""Quick moto reads and answers what moto does."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from joserfc.jwk import RSAKey
from moto.core.parse import JSONParser
from moto.core.serialize import JSONSerializer, XFormedAttributePicker
from moto.core.utils import get_service_model, method_names_from_class
from moto.dynamodb.responses import DynamoHandler
from moto.utilities.utils import load_resource

from bench.quick_moto import (
    QuickParser,
    QuickSerializer,
    is_wire_value,
    method_names,
    quicken_user_pools,
)

PLAIN: dict[str, Any] = {
    "text": {"S": "value"},
    "empty": {"S": ""},
    "number": {"N": "-1.5"},
    "yes": {"BOOL": True},
    "no": {"BOOL": False},
    "null": {"NULL": True},
    "texts": {"SS": ["a", "b"]},
    "numbers": {"NS": ["1", "2"]},
    "map": {"M": {"inner": {"L": [{"S": "a"}, {"M": {}}]}, "none": {"L": []}}},
}
OTHER: dict[str, Any] = {
    "binary": {"B": "aGVsbG8="},
    "binaries": {"BS": ["aGVsbG8="]},
    "binary inside": {"M": {"inner": {"L": [{"B": "aGVsbG8="}]}}},
    "number that is none": {"N": 7},
    "truth that is none": {"BOOL": "true"},
    "texts that are none": {"SS": [1]},
    "two kinds": {"S": "a", "N": "1"},
    "no kind": {},
    "nothing": {"S": None},
    "nothing inside": {"L": [{"S": None}]},
}


def model(operation: str) -> Any:
    return get_service_model("dynamodb").operation_model(operation)


@pytest.mark.parametrize("value", PLAIN.values(), ids=PLAIN)
def test_takes_as_it_is(value: Any) -> None:
    assert is_wire_value(value)


@pytest.mark.parametrize("value", OTHER.values(), ids=OTHER)
def test_leaves_to_moto(value: Any) -> None:
    assert not is_wire_value(value)


@pytest.mark.parametrize("value", [*PLAIN.values(), *OTHER.values()], ids=[*PLAIN, *OTHER])
@pytest.mark.parametrize(
    ("operation", "shape"), [("GetItem", "Item"), ("Query", "Items"), ("UpdateItem", "Attributes")]
)
def test_answers_the_same(operation: str, shape: str, value: Any) -> None:
    item = {"pk": {"S": "1"}, "value": value}
    result = {shape: [item, item] if shape == "Items" else item, "Count": 2}
    moto, quick = (
        cls(model(operation), value_picker=XFormedAttributePicker()).serialize(result)
        for cls in (JSONSerializer, QuickSerializer)
    )
    assert quick == moto
    assert json.loads(quick["body"])[shape]


@pytest.mark.parametrize("value", [*PLAIN.values(), *OTHER.values()], ids=[*PLAIN, *OTHER])
def test_reads_the_same(value: Any) -> None:
    body = {
        "TableName": "table",
        "Item": {"pk": {"S": "1"}, "value": value},
        "ExpressionAttributeValues": {":value": value},
    }
    request: Any = {"body": json.dumps(body).encode()}
    read = [cls(model("PutItem")).parse(request) for cls in (JSONParser, QuickParser)]
    assert read[0] == read[1]
    assert read[0]["Item"]["pk"] == {"S": "1"}


def test_the_key_of_user_pools_is_completed_without_drawing_lots() -> None:
    quicken_user_pools()
    before = random.getstate()
    keys: list[Any] = [
        RSAKey.import_key(load_resource("cognitoidp/resources/jwks-private.json")) for _ in "12"
    ]
    assert random.getstate() == before
    numbers = [key.private_key.private_numbers() for key in keys]
    assert numbers[0] == numbers[1]
    assert numbers[0].p * numbers[0].q == numbers[0].public_numbers.n


def test_knows_the_same_methods() -> None:
    assert list(method_names(DynamoHandler)) == method_names_from_class(DynamoHandler)
