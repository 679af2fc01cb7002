"""The parts of an address that each country needs, and the usual writing of postcodes."""

from __future__ import annotations

import re
import unicodedata

# ISO 3166-1 codes of countries and territories without a postcode system in use
# (Universal Postal Union, addressing by country).
WITHOUT_POSTCODE = frozenset(
    "AE AG AO AW BF BI BJ BO BS BW BZ CD CF CG CI CK CM DJ DM ER FJ GA GD GH GM GQ GY HK KI KM"  # noqa: SIM905  # one code per line would fill a page
    " KN KP ML MO MR MW NR NU QA RW SB SC SL SR SS ST SY TD TG TK TL TO TV UG VU YE ZW".split()
)
# Where mail needs a state, province or prefecture. Elsewhere it may be left empty.
WITH_STATE = frozenset({"AU", "BR", "CA", "CN", "ES", "IN", "IT", "JP", "KR", "MX", "TW", "US"})

_POSTCODE = re.compile(r"[A-Z0-9](?:[A-Z0-9 -]{0,10}[A-Z0-9])?")
_JAPANESE = re.compile(r"([0-9]{3})-?([0-9]{4})")
# Japanese keyboards write a hyphen in many ways; NFKC folds only some of them.
_HYPHENS = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc", "-"))


def tidy_postcode(country: str, text: str) -> str:
    """Return a postcode in its usual writing: half-width, capitals, `105-0011` in Japan.

    Raises ValueError with a sentence that can be shown to customers.
    """
    written = unicodedata.normalize("NFKC", text).translate(_HYPHENS).upper().strip()
    if not written:
        return ""
    if country == "JP":
        found = _JAPANESE.fullmatch(written.removeprefix("〒").strip())
        if found is None:
            message = "A Japanese postcode has seven digits, such as 105-0011."
            raise ValueError(message)
        return f"{found[1]}-{found[2]}"
    if not _POSTCODE.fullmatch(written):
        message = "A postcode is at most 12 letters, digits, spaces and hyphens."
        raise ValueError(message)
    return written
