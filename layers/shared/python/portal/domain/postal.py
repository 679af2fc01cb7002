"""The parts of an address that each country needs, and the usual writing of postcodes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

from portal.domain.normal_forms import half_width
from portal.domain.postcode_patterns import PATTERNS
from portal.domain.problems import InvalidValue


class AddressError(StrEnum):
    """`errors[].code` of what is wrong with an address, wherever one is sent.

    `docs/problems.md` has a row for each (a test holds the two together).
    """

    POSTCODE_MISSING = "postcode-missing"
    POSTCODE_INVALID = "postcode-invalid"
    STATE_MISSING = "state-missing"
    COUNTRY_UNKNOWN = "country-unknown"
    REFUSED = "refused"
    NOT_EMPTIED = "not-emptied"


# ISO 3166-1 codes of countries and territories without a postcode system in use
# (Universal Postal Union, addressing by country).
WITHOUT_POSTCODE = frozenset(
    "AE AG AO AW BF BI BJ BO BS BW BZ CD CF CG CI CK CM DJ DM ER FJ GA GD GH GM GQ GY HK KI KM"  # noqa: SIM905  # one code per line would fill a page
    " KN KP ML MO MR MW NR NU QA RW SB SC SL SR SS ST SY TD TG TK TL TO TV UG VU YE ZW".split()
)
# Where mail needs a state, province or prefecture. Elsewhere it may be left empty.
WITH_STATE = frozenset({"AU", "BR", "CA", "CN", "ES", "IN", "IT", "JP", "KR", "MX", "TW", "US"})

_JAPANESE = re.compile(r"([0-9]{3})-?([0-9]{4})")
_ANY = re.compile(r"[A-Z0-9](?:[A-Z0-9 -]{0,10}[A-Z0-9])?")
_SEPARATORS = re.compile(r"[ -]")


def tidy_postcode(country: str, text: str) -> str:
    """Return a postcode in its usual writing: half-width, capitals, `105-0011` in Japan.

    It is empty for an empty postcode.

    Outside of Japan, spaces, hyphens and a country code in front are kept as written. Raises
    InvalidValue.
    """
    written = half_width(text).upper()
    if not written:
        return ""
    if country == "JP":
        found = _JAPANESE.fullmatch(written.removeprefix("\u3012").strip())
        if found is None:
            raise _invalid("A Japanese postcode has seven digits, such as 105-0011.")
        return f"{found[1]}-{found[2]}"
    if not _ANY.fullmatch(written):
        raise _invalid("A postcode is at most 12 letters, digits, spaces and hyphens.")
    pattern = PATTERNS.get(country)
    bare = _SEPARATORS.sub("", written)
    spellings = (bare, bare.removeprefix(country), country + bare)
    if pattern is not None and not any(re.fullmatch(pattern, text) for text in spellings):
        raise _invalid("Postcodes of this country are written in another way.")
    return written


def required_parts(
    country: str, *, state: str, postcode: str
) -> Iterator[tuple[str, InvalidValue]]:
    """What an address in a country lacks: the member's name, and what to say about it."""
    if not postcode and country not in WITHOUT_POSTCODE:
        sentence = "Addresses in this country have a postcode."
        yield "postcode", InvalidValue(AddressError.POSTCODE_MISSING, sentence)
    if not state and country in WITH_STATE:
        sentence = "Addresses in this country have a state, province or prefecture."
        yield "state", InvalidValue(AddressError.STATE_MISSING, sentence)


def part_of_address(country: str, part: str, text: str) -> str:
    """A `state` or `postcode` as an address in the country has it. Raises InvalidValue."""
    given = {"state": "-", "postcode": "-", part: text}
    for _, missing in required_parts(country, **given):
        raise missing
    return tidy_postcode(country, text) if part == "postcode" else text


def _invalid(sentence: str) -> InvalidValue:
    return InvalidValue(AddressError.POSTCODE_INVALID, sentence)
