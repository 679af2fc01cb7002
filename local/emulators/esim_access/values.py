"""Numbers, ICCIDs, activation codes and times in the shapes of the documentation's examples.

Documented: order numbers such as `B23051616050537`, eSIM transaction numbers such as
`23120118156818`, activation codes on `rsp-eu.redteamobile.com`, times in UTC as
`2023-03-03T06:20:00+0000`, in webhooks as `2026-04-22T17:16:34Z`. Assumed: every ICCID has a valid
Luhn digit.
"""

from __future__ import annotations

import secrets
import string
from datetime import UTC, datetime

from stdnum import luhn

SMDP_ADDRESS = "rsp-eu.redteamobile.com"
ICCID_PREFIX = "8943108170"
ICCID_DIGITS = 19


def new_number(moment: datetime, serial: int) -> str:
    """Twelve digits of the time, four of a serial number."""
    return f"{moment.astimezone(UTC):%y%m%d%H%M}{serial % 10_000:04d}"


def new_iccid() -> str:
    """19 digits with a valid check digit."""
    body = ICCID_PREFIX + _digits(ICCID_DIGITS - len(ICCID_PREFIX) - 1)
    return body + str(luhn.calc_check_digit(body))


def new_imsi() -> str:
    """15 digits."""
    return "23210407" + _digits(7)


def new_msisdn() -> str:
    """A number without a plus sign, as the documentation shows it."""
    return "43678904" + _digits(7)


def new_eid() -> str:
    """32 digits; int(eid) modulo 97 is 1 (GSMA SGP.02)."""
    body = "890490320050088826" + _digits(12)
    return f"{body}{98 - int(body + '00') % 97:02d}"


def new_activation_code() -> str:
    """`LPA:1$` and 32 hexadecimal digits on the vendor's SM-DP+."""
    return f"LPA:1${SMDP_ADDRESS}${secrets.token_hex(16).upper()}"


def new_notify_id() -> str:
    """32 hexadecimal digits."""
    return secrets.token_hex(16)


def timestamp(moment: datetime | None) -> str | None:
    """Return a time in the format of answers."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def webhook_time(moment: datetime) -> str:
    """Return a time in the format of webhooks."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _digits(count: int) -> str:
    return "".join(secrets.choice(string.digits) for _ in range(count))
