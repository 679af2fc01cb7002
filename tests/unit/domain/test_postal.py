"""Postcodes are written as their country writes them."""

from __future__ import annotations

import re

import pytest
from portal.domain.postal import WITHOUT_POSTCODE, AddressError, part_of_address, tidy_postcode
from portal.domain.postcode_patterns import PATTERNS
from portal.domain.problems import InvalidValue


@pytest.mark.parametrize(
    ("country", "typed", "tidy"),
    [
        ("JP", "1050011", "105-0011"),
        ("JP", "〒１０５－００１１", "105-0011"),  # noqa: RUF001  # as Japanese keyboards write
        ("GB", "sw1a 1aa", "SW1A 1AA"),
        ("GB", "SW1A1AA", "SW1A1AA"),
        ("US", "95014", "95014"),
        ("US", "95014-1234", "95014-1234"),
        ("DE", "10115", "10115"),
        ("DE", "D-10115", None),
        ("DE", "1234", None),
        ("NL", "1234ab", "1234AB"),
        ("LV", "LV-1073", "LV-1073"),
        ("LV", "1073", "1073"),
        ("SE", "SE-113 45", "SE-113 45"),
        ("CA", "H3Z 2Y7", "H3Z 2Y7"),
        ("CA", "D3Z 2Y7", None),
        ("FR", "75 001", "75 001"),
        ("GB", "105-0011", None),
        ("US", "SW1A 1AA", None),
        ("JP", "10500", None),
        ("KR", "123", None),
        ("ZZ", "anything 1", "ANYTHING 1"),
        ("US", "<b>", None),
        ("HK", "", ""),
    ],
)
def test_postcodes(country: str, typed: str, tidy: str | None) -> None:
    if tidy is not None:
        assert tidy_postcode(country, typed) == tidy
        return
    with pytest.raises(InvalidValue) as refused:
        tidy_postcode(country, typed)
    assert refused.value.code == AddressError.POSTCODE_INVALID


def test_every_pattern_is_one() -> None:
    assert len(PATTERNS) > 170
    for country, pattern in PATTERNS.items():
        re.compile(pattern)
        assert re.fullmatch("[A-Z]{2}", country)


@pytest.mark.parametrize(
    ("country", "part", "code"),
    [
        ("JP", "state", AddressError.STATE_MISSING),
        ("JP", "postcode", AddressError.POSTCODE_MISSING),
        ("DE", "postcode", AddressError.POSTCODE_MISSING),
    ],
)
def test_what_an_address_lacks(country: str, part: str, code: AddressError) -> None:
    with pytest.raises(InvalidValue) as refused:
        part_of_address(country, part, "")
    assert refused.value.code == code


@pytest.mark.parametrize("country", sorted(WITHOUT_POSTCODE))
def test_where_there_are_no_postcodes(country: str) -> None:
    assert part_of_address(country, "postcode", "") == ""
    assert part_of_address(country, "state", "") == ""
