"""PHP's form names."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.emulators.whmcs.php_forms import parse_form

texts = st.text(max_size=20)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("pid[0]=1&pid[1]=2", {"pid": {0: "1", 1: "2"}}),
        ("pid[]=1&pid[]=2&pid[7]=3&pid[]=4", {"pid": {0: "1", 1: "2", 7: "3", 8: "4"}}),
        ("a%5Bb%5D%5Bc%5D=1&a[b][]=2", {"a": {"b": {"c": "1", 0: "2"}}}),
        ("a=1&a=2", {"a": "2"}),
        ("a=1&a[x]=2", {"a": {"x": "2"}}),
        ("a[x]=1&a=2", {"a": "2"}),
        ("a.b c=1", {"a_b_c": "1"}),
        ("a[01]=1&a[-2]=2", {"a": {"01": "1", -2: "2"}}),
        ("a[b=1", {"a_b": "1"}),
        ("a[b]c=1", {"a": {"b": "1"}}),
        ("empty=&plus=a+b&utf8=%E6%9D%B1", {"empty": "", "plus": "a b", "utf8": "東"}),
        ("", {}),
    ],
)
def test_names_are_read_as_php_reads_them(body: str, expected: dict[str, Any]) -> None:
    assert parse_form(body) == expected


def test_fields_beyond_max_input_vars_vanish() -> None:
    assert parse_form("a=1&b=2&c=3", limit=2) == {"a": "1", "b": "2"}


@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), texts, max_size=6))
def test_plain_fields_survive_encoding(fields: dict[str, str]) -> None:
    assert parse_form(urlencode(fields)) == fields
