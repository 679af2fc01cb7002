"""PHP's serialize format."""

from __future__ import annotations

import base64
from typing import Any

import phpserialize
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.emulators.whmcs.php_serialize import (
    PhpSerializeError,
    decode_map,
    encode_map,
    serialize,
    unserialize,
)

texts = st.text(max_size=20)
scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | texts
keys = st.integers(-(2**31), 2**31) | texts.filter(lambda text: not _numeric(text))
values = st.recursive(
    scalars, lambda inner: st.dictionaries(keys, inner, max_size=4), max_leaves=12
)


def _numeric(text: str) -> bool:
    return text.removeprefix("-").isdigit()


def as_text(value: Any) -> Any:
    """phpserialize reads texts as bytes."""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, dict):
        return {as_text(key): as_text(member) for key, member in value.items()}
    return value


@given(values)
def test_serialize_agrees_with_another_implementation(value: Any) -> None:
    theirs = phpserialize.dumps(value)
    assert serialize(value) == theirs
    assert as_text(phpserialize.loads(serialize(value))) == value
    assert unserialize(theirs) == value


@given(st.binary(max_size=30))
def test_nothing_but_the_documented_error_comes_out_of_rubbish(data: bytes) -> None:
    try:
        value = unserialize(data)
    except PhpSerializeError:
        return
    assert unserialize(serialize(value)) == value or value != value  # noqa: PLR0124  # NaN


@pytest.mark.parametrize(
    ("values", "encoded"),
    [
        ({4: 9, 5: 3}, "YToyOntpOjQ7aTo5O2k6NTtpOjM7fQ=="),
        ({12: "CN-000123"}, "YToxOntpOjEyO3M6OToiQ04tMDAwMTIzIjt9"),
        ({7: "Zoë 東京"}, "YToxOntpOjc7czoxMToiWm/DqyDmnbHkuqwiO30="),
        ({"7": "Zoë 東京"}, "YToxOntpOjc7czoxMToiWm/DqyDmnbHkuqwiO30="),
        ({}, "YTowOnt9"),
    ],
)
def test_known_encodings(values: dict[int | str, Any], encoded: str) -> None:
    assert encode_map(values) == encoded
    assert decode_map(encoded) == {int(key): value for key, value in values.items()}


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ('a:1:{i:7;s:8:"Zoë 東京";}', "not 8 bytes long"),
        ('a:1:{i:7;s:2:"x";}', "not 2 bytes long"),
        ("a:2:{i:7;i:1;}", "no value"),
        ("a:1:{i:7;i:1;i:8;i:2;}", "does not have 1 members"),
        ("a:0:{}x", "more bytes"),
        ("a:1:{b:1;i:1;}", "array key"),
        ('O:8:"stdClass":0:{}', "no value that the WHMCS API documents"),
        ("i:1;", "an array was expected"),
        ("a:1:{i:1;" * 40, "nested too deeply"),
        ("", "no value"),
    ],
)
def test_malformed_maps_say_what_is_wrong(data: str, complaint: str) -> None:
    with pytest.raises(PhpSerializeError, match=complaint):
        decode_map(base64.b64encode(data.encode()).decode())


@pytest.mark.parametrize("text", ["YTowOnt9 ", "YTowOnt", "not base64!", "東京"])
def test_sloppy_base64_is_refused(text: str) -> None:
    with pytest.raises(PhpSerializeError, match="base64"):
        decode_map(text)
