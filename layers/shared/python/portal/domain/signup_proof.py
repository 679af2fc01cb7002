"""The proofs by which a person who signs up shows to be the customer with that number."""

from __future__ import annotations

import hmac
import unicodedata
from enum import StrEnum

from portal.domain.normal_forms import half_width


class SignupProof(StrEnum):
    """The setting SIGNUP_PROOF."""

    NONE = "none"  # the number alone; a differing address opens a Case
    SECOND_FACT = "second-fact"  # a value that the Account holds
    EMAIL = "email"  # a link to the Account's own address


def same_fact(told: str, held: str | None) -> bool:
    """Return whether the given value equals the Account's value, whatever its writing.

    Only letters and digits count, without width and case: `105-0011` is `1050011`, and a date as
    Salesforce gives it is the date without its hyphens. It is False for an Account
    without a value. The comparison takes constant time.
    """
    expected = _bare(held or "")
    return hmac.compare_digest(_bare(told).encode(), expected.encode()) and bool(expected)


def _bare(text: str) -> str:
    kept = (c for c in half_width(text).casefold() if unicodedata.category(c)[0] in "LN")
    return "".join(kept)


def fact_in(field: str) -> str:
    """The kind of fact that a field of the Account holds, by its API name."""
    name = field.lower()
    if "postalcode" in name or "postcode" in name:
        return "postcode"
    return "birth-date" if "birth" in name else "other"
