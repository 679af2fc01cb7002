"""What WHMCS is sent: PHP's serialization byte for byte, PHP's form fields."""

from __future__ import annotations

import base64
from decimal import Decimal
from typing import Any

import phpserialize
import pytest
from hypothesis import given
from hypothesis import strategies as st
from portal.adapters.whmcs.encoding import form, serialize


def plain(mapping: dict[Any, Any]) -> str:
    return base64.b64decode(serialize(mapping)).decode()


@pytest.mark.parametrize(
    ("mapping", "encoded"),
    [
        ({4: 9, 5: 3}, "YToyOntpOjQ7aTo5O2k6NTtpOjM7fQ=="),
        ({12: "CN-000123"}, "YToxOntpOjEyO3M6OToiQ04tMDAwMTIzIjt9"),
        ({7: "Zoë 東京"}, "YToxOntpOjc7czoxMToiWm/DqyDmnbHkuqwiO30="),
        ({}, "YTowOnt9"),
        ({12: "8014x000000ABCDXYZ"}, "YToxOntpOjEyO3M6MTg6IjgwMTR4MDAwMDAwQUJDRFhZWiI7fQ=="),
    ],
)
def test_vectors(mapping: dict[int | str, Any], encoded: str) -> None:
    assert serialize(mapping) == encoded


keys = st.integers(-(2**40), 2**40) | st.text(max_size=8).filter(
    lambda k: not k.lstrip("-").isdigit()
)
values = st.recursive(
    st.integers(-(2**40), 2**40) | st.text(max_size=20) | st.booleans(),
    lambda inner: st.dictionaries(keys, inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(keys, values, max_size=5))
def test_byte_for_byte_what_phpserialize_writes(mapping: dict[int | str, Any]) -> None:
    assert base64.b64decode(serialize(mapping)) == phpserialize.dumps(mapping)


@pytest.mark.parametrize(
    ("key", "written"),
    [
        ("1", "i:1;"),
        ("0", "i:0;"),
        ("-5", "i:-5;"),
        ("9223372036854775807", "i:9223372036854775807;"),
        ("9223372036854775808", 's:19:"9223372036854775808";'),
        ("007", 's:3:"007";'),
        ("-0", 's:2:"-0";'),
        ("+1", 's:2:"+1";'),
        ("1.5", 's:3:"1.5";'),
        ("²", 's:2:"²";'),
        ("٣", 's:2:"٣";'),
        ("", 's:0:"";'),
        (True, "i:1;"),
    ],
)
def test_keys_as_php_makes_them(key: Any, written: str) -> None:
    assert plain({key: 1}) == f"a:1:{{{written}i:1;}}"


def test_keys_that_are_one_to_php_are_one() -> None:
    assert plain({"1": "a", 1: "b"}) == 'a:1:{i:1;s:1:"b";}'


@pytest.mark.parametrize("value", [1.5, None, Decimal(1), [1], b"x", {1: None}])
def test_what_php_arrays_here_never_hold_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="cannot serialize"):
        serialize({1: value})


def test_lines_of_an_order() -> None:
    assert form(
        {
            "clientid": 42,
            "pid": [185, 242],
            "configoptions": ["abc=", ""],
            "qty": (1, 0),
            "priceoverride": [Decimal("0.00"), None],
            "noinvoice": True,
            "noemail": False,
            "promocode": None,
            "notes": "",
        }
    ) == [
        ("clientid", "42"),
        ("pid[0]", "185"),
        ("pid[1]", "242"),
        ("configoptions[0]", "abc="),
        ("configoptions[1]", ""),
        ("qty[0]", "1"),
        ("qty[1]", "0"),
        ("priceoverride[0]", "0.00"),
        ("priceoverride[1]", ""),
        ("noinvoice", "1"),
        ("notes", ""),
    ]


def test_nested_fields() -> None:
    assert form({"configoptions": {5: {"qty": 2}, 7: 0}, "flags": [True, False], "none": []}) == [
        ("configoptions[5][qty]", "2"),
        ("configoptions[7]", "0"),
        ("flags[0]", "1"),
        ("flags[1]", ""),
    ]


@given(st.lists(st.none() | st.integers() | st.text(max_size=5) | st.booleans(), max_size=6))
def test_parallel_arrays_keep_their_length(items: list[Any]) -> None:
    assert [name for name, _ in form({"x": items})] == [f"x[{n}]" for n in range(len(items))]
