"""Identifiers, ICCIDs, activation codes, times and phone numbers.

Documented: opaque ids with a prefix, never longer than 64 characters; ICCIDs match
`^([0-9]{19}F?|[0-9]{20})$`; test SIMs start with 8942424242; activation codes are
`LPA:1$smdp.gigs.com$...`; times are RFC 3339 in UTC. Assumed: every ICCID has a valid Luhn digit.
"""

from __future__ import annotations

import calendar
import secrets
import string
from datetime import UTC, datetime, timedelta
from typing import Any

BASE62 = string.digits + string.ascii_letters
MATCHING_ID = string.digits + string.ascii_uppercase
TEST_ICCID_PREFIX = "8942424242"
SMDP_ADDRESS = "smdp.gigs.com"
DAYS = {"day": 1, "week": 7}
MONTHS = {"month": 1, "year": 12}


def new_id(prefix: str) -> str:
    """`sub_` and 28 characters, as in the documentation's examples."""
    return prefix + _pick(BASE62, 28)


def new_iccid(digits: int) -> str:
    """A test SIM's ICCID of 19 or 20 digits with a valid check digit."""
    body = TEST_ICCID_PREFIX + _pick(string.digits, digits - len(TEST_ICCID_PREFIX) - 1)
    return body + luhn_digit(body)


def luhn_digit(body: str) -> str:
    """The check digit that makes `body` plus it valid (ITU-T E.118 uses Luhn)."""
    total = 0
    for position, character in enumerate(reversed(body)):
        digit = int(character)
        if position % 2 == 0:
            digit = digit * 2 - 9 * (digit > 4)  # noqa: PLR2004  # 5 and up carry when doubled
        total += digit
    return str(-total % 10)


def new_activation_code() -> str:
    """GSMA SGP.22 activation code of a test SIM, in the shape of the guide's example."""
    matching_id = f"TEST-{_pick(MATCHING_ID, 5)}-{_pick(MATCHING_ID, 7)}"
    return f"LPA:1${SMDP_ADDRESS}${matching_id}"


def new_phone_number() -> str:
    """A Japanese mobile number in E.164, for plans with voice."""
    return f"+8170{_pick(string.digits, 8)}"


def timestamp(moment: datetime | None) -> str | None:
    """RFC 3339 in UTC with seconds, or null."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def add_validity(moment: datetime, validity: dict[str, Any], times: int = 1) -> datetime:
    """`moment` plus so many validity periods (`{"unit": "day"|"week"|"month"|"year", "value"}`)."""
    amount = int(validity["value"]) * times
    if validity["unit"] in DAYS:
        return moment + timedelta(days=DAYS[validity["unit"]] * amount)
    index = moment.month - 1 + MONTHS[validity["unit"]] * amount
    year, month = moment.year + index // 12, index % 12 + 1
    day = min(moment.day, calendar.monthrange(year, month)[1])
    return moment.replace(year=year, month=month, day=day)


def _pick(alphabet: str, length: int) -> str:
    # One system call; `secrets.choice` makes one for each character.
    return "".join([alphabet[byte % len(alphabet)] for byte in secrets.token_bytes(length)])
