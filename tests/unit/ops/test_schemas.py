"""The published schema of Portal_ConfigOptions_JSON__c agrees with what the code accepts."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from portal.catalog.parsing import parse_config_options

from local.demo.options import config_json
from local.demo.products import OFFERED
from ops.schemas import OUTPUT, render
from tests.unit.catalog.test_parsing import BAD_OPTIONS

DOCUMENT = Path(OUTPUT).with_name("config-options.md")
# What a schema cannot say; the catalogue refuses these all the same.
BEYOND = ("same", "default", "needs", "unitPrice")


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(OUTPUT.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_it_is_up_to_date() -> None:
    assert OUTPUT.read_text(encoding="utf-8") == render(), "run `python -m ops.schemas`"


def test_the_example_of_the_documentation(validator: jsonschema.Draft202012Validator) -> None:
    blocks = re.findall(r"```json\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    validator.validate(json.loads(blocks[0]))
    assert len(parse_config_options(blocks[0]).options) == 3


def test_the_demos_options(validator: jsonschema.Draft202012Validator) -> None:
    for text in {config_json(product.options) for product in OFFERED}:
        validator.validate(json.loads(text))
        parse_config_options(text)


@pytest.mark.parametrize(("text", "reason"), BAD_OPTIONS)
def test_what_is_refused_is_invalid(
    validator: jsonschema.Draft202012Validator, text: str, reason: str
) -> None:
    document: Any = json.loads(text)
    if any(word in reason for word in BEYOND):
        return
    assert not validator.is_valid(document), reason
