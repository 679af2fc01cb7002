"""docs/api.md shows every endpoint, with answers that the API's description allows.

`tests/integration/test_api_guide.py` runs the page's commands; here its reader is tested, too.
"""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest

from ops.openapi import OUTPUT
from tests.api_guide import (
    PAGE,
    Answer,
    ByHand,
    Command,
    Keep,
    called,
    compare,
    differences,
    member,
    read,
    received,
    template_of,
)

DOCUMENT: dict[str, Any] = json.loads(OUTPUT.read_text(encoding="utf-8"))
OPERATIONS = {
    (method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods
}
# Answers have no other members, although a reader of the description must expect more.
CLOSED = {
    name: {"additionalProperties": False, **schema} if "properties" in schema else schema
    for name, schema in DOCUMENT["components"]["schemas"].items()
}
PARTS = read(PAGE.read_text(encoding="utf-8"))
COMMANDS = [part for part in PARTS if isinstance(part, Command) and '"$FRONT' not in part.text]
SHOWN = [command for command in COMMANDS if command.answer is not None]


def operation(command: Command) -> tuple[str, str]:
    method, path = called(command)
    template = template_of(path, iter(DOCUMENT["paths"]))
    assert template is not None, f"docs/api.md:{command.line}: there is no {path}"
    return method, template


def test_every_endpoint_is_called_and_no_other() -> None:
    assert {operation(command) for command in COMMANDS} == OPERATIONS


def test_every_endpoint_is_named_before_it_is_called() -> None:
    text = PAGE.read_text(encoding="utf-8")
    silent = [f"{method} {path}" for method, path in OPERATIONS if path.rsplit("{")[0] not in text]
    assert silent == []


def test_every_command_shows_its_answer() -> None:
    assert [command.line for command in COMMANDS if command.answer is None] == []


@pytest.mark.parametrize("command", SHOWN, ids=lambda command: f"line {command.line}")
def test_answers_are_as_the_description_says(command: Command) -> None:
    method, path = operation(command)
    answer = command.answer
    assert answer is not None
    responses = DOCUMENT["paths"][path][method.lower()]["responses"]
    assert str(answer.status) in responses
    response = responses[str(answer.status)]
    if "$ref" in response:
        response = DOCUMENT["components"]["responses"][response["$ref"].rsplit("/")[-1]]
    declared = {name.lower() for name in response.get("headers", {})}
    assert answer.headers.keys() <= declared
    if "content" not in response:
        assert answer.body is None
        return
    (content,) = response["content"].values()
    schemas = CLOSED if answer.status < 400 else DOCUMENT["components"]["schemas"]
    jsonschema.validate(answer.body, {**content["schema"], "components": {"schemas": schemas}})


def test_variables_are_set_before_they_are_used() -> None:
    known = {"API", "FRONT", "SIGNING_KEY", "WEBHOOK_SECRET"}
    for part in PARTS:
        if isinstance(part, Keep):
            assert part.items
            known |= {name for name, _ in part.items}
        elif isinstance(part, ByHand):
            known |= {"RESET_TOKEN"}
        else:
            own = set(_assigned(part.text))
            used = set(_used(part.text))
            assert used <= known | own, f"docs/api.md:{part.line}"


def _assigned(text: str) -> list[str]:

    return re.findall(r"\b([A-Z_]+)=", text)


def _used(text: str) -> list[str]:

    return re.findall(r"\$\{?([A-Z_]+)", text)


PAGE_OF_ONE = """
```sh
curl "$API/auth/login" --json '{}'
```

```http
201
Location: /x

{"id": "1", "items": [{"a": 1}]}
```

Keep `ID=.id` and `A=.items[0].a`.

<!-- by hand: look -->
"""


def test_the_page_is_read_in_order() -> None:
    command, keep, hand = read(PAGE_OF_ONE)
    assert isinstance(command, Command)
    assert called(command) == ("POST", "/auth/login")
    assert command.answer == Answer(
        status=201, headers={"location": "/x"}, body={"id": "1", "items": [{"a": 1}]}
    )
    assert keep == Keep((("ID", ".id"), ("A", ".items[0].a")))
    assert hand == ByHand("look")
    assert member({"items": [{"a": 1}]}, ".items[0].a") == 1


def test_an_answer_without_a_command_is_refused() -> None:
    with pytest.raises(ValueError, match="line 2"):
        read("\n```http\n200\n```\n")


@pytest.mark.parametrize(
    ("shown", "came", "found"),
    [
        ({"a": 1}, {"a": 2}, []),
        ({"a": None}, {"a": 2}, []),
        ({"a": 1}, {"a": "2"}, [".a is int on the page and str"]),
        ({"a": 1}, {}, [".a is only on the page"]),
        ({}, {"a": 1}, [".a is only in the answer"]),
        ([{"a": 1}], [{"a": 1}, {"b": 1}], []),
        ([{"a": 1}], [], [" is empty in the answer"]),
        ({"status": "failed"}, {"status": "done"}, [".status is failed on the page and done"]),
    ],
)
def test_shapes_are_compared(shown: Any, came: Any, found: list[str]) -> None:
    listed = list(differences(shown, came))
    assert len(listed) == len(found)
    assert all(one.startswith(other) for one, other in zip(listed, found, strict=True))


def test_status_and_headers_are_compared() -> None:
    (command, *_) = read(PAGE_OF_ONE)
    assert isinstance(command, Command)
    good = received("HTTP/1.1 201 Created\r\nLocation: /y\r\n\r\n", '{"id":"2","items":[{"a":3}]}')
    assert compare(command, good) == []
    bare = received("HTTP/1.1 201 Created\r\n\r\n", '{"id":"2","items":[{"a":3}]}')
    assert compare(command, bare) == ["the header location is missing"]
    refused = received("HTTP/1.1 404 Not Found\r\n\r\n", "nothing")
    assert compare(command, refused) == ["201 on the page and 404: nothing"]


def test_paths_find_their_template() -> None:
    templates = ["/catalog/{sku}", "/catalog/personalized"]
    assert template_of("/catalog/personalized", iter(templates)) == "/catalog/personalized"
    assert template_of("/catalog/$SKU", iter(templates)) == "/catalog/{sku}"
    assert template_of("/other", iter(templates)) is None
