"""Personal and secret data is found only where docs/security.md says, on the whole running stack.

The table of the page is the test's input. Everything that was written anywhere is searched for the
values of two customers, who have gone through every endpoint and through every system's failures.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from local.context import StackContext
from local.stack.credentials import WEBHOOK_SECRET, WHMCS_CREDENTIALS
from local.stack.ministack import Ministack
from tests.canaries import sung
from tests.e2e.canary_customers import Canary, go_through_everything, meet_every_failure
from tests.e2e.canary_places import Consumers, places
from tests.stack import eventually

PAGE = Path(__file__).parents[2] / "docs" / "security.md"
HEADER = "| data | is found in | why |"
NOWHERE = "nowhere"
FORMS = ("LPA:1$", "eyJ")
"""The beginnings of all activation codes and of all tokens."""


def documented() -> dict[str, set[str]]:
    """The places by kind of data, as the page names them."""
    rows = PAGE.read_text(encoding="utf-8").split(HEADER)[1].split("\n\n")[0].splitlines()[2:]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    return {kind: set(where.split(", ")) - {NOWHERE} for kind, where, _ in cells}


@pytest.fixture(scope="module")
def customers(stack: StackContext) -> Iterator[tuple[Canary, Canary]]:
    happy, unlucky = Canary(stack), Canary(stack)
    with closing(happy), closing(unlucky):
        yield happy, unlucky


@pytest.fixture(scope="module")
def messages(
    stack: StackContext, aws: Ministack, customers: tuple[Canary, Canary]
) -> dict[str, str]:
    """Everything has happened; the messages that were on queues."""
    seen: dict[str, str] = {}
    happy, unlucky = customers
    go_through_everything(happy, Consumers(stack, aws), seen)
    meet_every_failure(unlucky)
    return seen


def secrets_of(stack: StackContext) -> set[str]:
    return {
        stack.signing_key,
        stack.salesforce_consumer_secret,
        WEBHOOK_SECRET,
        WHMCS_CREDENTIALS["secret"],
        "local-gigs-token",
    }


def test_every_endpoint_was_called(
    stack: StackContext, customers: tuple[Canary, Canary], messages: dict[str, str]
) -> None:
    assert messages
    paths = json.loads(stack.openapi_path.read_text(encoding="utf-8"))["paths"]
    called = {call for customer in customers for call in customer.called}
    missing = [
        f"{method} {path}"
        for path, methods in paths.items()
        for method in methods
        if not any(
            method == verb.lower() and re.fullmatch(re.sub(r"{\w+}", "[^/]+", path), raw)
            for verb, raw in called
        )
    ]
    assert missing == []


def test_each_canary_is_found_only_where_the_page_says(
    stack: StackContext,
    aws: Ministack,
    customers: tuple[Canary, Canary],
    messages: dict[str, str],
) -> None:
    values: dict[str, set[str]] = {"client secret": secrets_of(stack)}
    for customer in customers:
        for kind, canaries in customer.values.items():
            values.setdefault(kind, set()).update(canaries)
    assert values.keys() == documented().keys()
    found: dict[str, set[str]] = {}

    def as_documented() -> bool:
        written = places(stack, aws, messages)
        assert "order placed" in written["logs"]
        assert not [form for form in FORMS if form in written["logs"]]
        for kind, canaries in values.items():
            named = {value: value for value in canaries}
            found[kind] = {place for place, text in written.items() if sung(text, named)}
        return found == documented()

    try:
        eventually(as_documented)
    except AssertionError:
        assert found == documented()
        raise
