"""The search for canaries finds them."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, urlencode

import pytest
from portal.adapters.whmcs.encoding import serialize

from tests.canaries import CANARIES, assert_silent, sung


@pytest.mark.parametrize("name", CANARIES)
def test_every_canary_is_heard_in_every_disguise(name: str) -> None:
    value = CANARIES[name]
    disguised = [
        f"before {value} after",
        value.upper(),
        quote(value, safe=""),
        urlencode({"q": value}),
        json.dumps({"a": [value]}),
        json.dumps({"log": json.dumps({"a": value})}),
        repr({"a": value}),
        base64.b64encode(f"x{value}".encode()).decode(),
        base64.b64encode(f"user:{value}".encode()).decode(),
        serialize({1: value, 2: "more"}),
    ]
    assert [name in sung(text) for text in disguised] == [True] * len(disguised)


def test_silence_is_silence() -> None:
    assert sung('{"message":"mail sent","user_id":"0f1e2d3c-0000-4000-8000-000000000001"}') == set()


def test_the_line_is_shown(capfd: pytest.CaptureFixture[str]) -> None:
    print("fine")  # noqa: T201  # output is what this is about
    print(f"hello {CANARIES['first_name']}")  # noqa: T201  # as above
    with pytest.raises(AssertionError, match="emitted: first_name, in\nhello Xiphiadina"):
        assert_silent(capfd)
    assert assert_silent(capfd) == ""
