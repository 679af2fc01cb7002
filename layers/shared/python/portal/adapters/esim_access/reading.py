"""Translates eSIM Access' profiles and packages into the values of the port.

Source: docs.esimaccess.com, "Query All Allocated Profiles", "Get All Data Packages", "Usage Check".
Prices are in ten thousandths of the currency, volumes in bytes, times in UTC.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from portal.adapters.esim_verdict import UPSTREAM
from portal.domain.esim import Line, LineState, Offer, ProfileState, Usage, Validity
from portal.domain.money import Money
from portal.domain.upstream import Unavailable

LINE_STATES = {
    "CREATE": LineState.PENDING,
    "PAYING": LineState.PENDING,
    "PAID": LineState.PENDING,
    "GETTING_RESOURCE": LineState.PENDING,
    "GOT_RESOURCE": LineState.ACTIVE,
    "IN_USE": LineState.ACTIVE,
    "USED_UP": LineState.ACTIVE,
    "SUSPENDED": LineState.SUSPENDED,
    "UNUSED_EXPIRED": LineState.ENDED,
    "USED_EXPIRED": LineState.ENDED,
    "CANCEL": LineState.ENDED,
    "REVOKE": LineState.ENDED,
    "REVOKED": LineState.ENDED,
}
UNREMARKABLE = frozenset({"GOT_RESOURCE", "IN_USE"})
PROFILE_STATES = {
    "RELEASED": ProfileState.RELEASED,
    "DOWNLOAD": ProfileState.DOWNLOADED,
    "INSTALLATION": ProfileState.INSTALLED,
    "ENABLED": ProfileState.ENABLED,
    "DISABLED": ProfileState.DISABLED,
    "DELETED": ProfileState.DELETED,
}
PRICE_UNIT = Decimal(10_000)
TOP_UP = "TOPUP_"
FIXED_DATA = 1
_DIGITS = re.compile(r"[0-9]{6,15}")


def line(item: dict[str, Any]) -> Line:
    """Return the line of an entry of `esimList`. Raises Unavailable for one without a number."""
    if not item.get("esimTranNo"):
        raise Unavailable(UPSTREAM, "esim/query", "a profile without a number")
    status = str(item.get("esimStatus"))
    msisdn = str(item.get("msisdn") or "").removeprefix("+")
    return Line(
        line_id=str(item["esimTranNo"]),
        state=LINE_STATES.get(status, LineState.PENDING),
        ref=item.get("transactionId") or None,
        iccid=item.get("iccid") or None,
        msisdn=f"+{msisdn}" if _DIGITS.fullmatch(msisdn) else None,
        reason=None if status in UNREMARKABLE else status,
        plan=_plan(item),
        profile=PROFILE_STATES.get(str(item.get("smdpStatus")), ProfileState.UNKNOWN),
        expires_at=moment(item.get("expiredTime")),
        data_total=_number(item.get("totalVolume")),
    )


def never_installed(item: dict[str, Any]) -> bool:
    """Whether the profile was never installed, so that it can be cancelled for a refund."""
    fresh = (item.get("esimStatus"), item.get("smdpStatus")) == ("GOT_RESOURCE", "RELEASED")
    return fresh and not item.get("orderUsage")


def offer(item: dict[str, Any]) -> Offer:
    """Return the offer of a `packageList` entry of the type TOPUP.

    Raises KeyError or ValueError for an entry of another form.
    """
    if item["durationUnit"] != "DAY":
        raise ValueError(item["durationUnit"])
    return Offer(
        offer_id=str(item["packageCode"]),
        name=str(item["name"]),
        data_bytes=int(item["volume"]),
        validity=Validity("day", int(item["duration"])),
        cost=Money.of(Decimal(int(item["price"])) / PRICE_UNIT, str(item["currencyCode"])),
    )


def usage(item: dict[str, Any]) -> Usage:
    """Return the usage of an `esimUsageList` entry. Raises KeyError or ValueError."""
    return Usage(
        used=int(item["dataUsage"]),
        limit=int(item["totalData"]),
        as_of=moment(item.get("lastUpdateTime")),
    )


def moment(text: Any) -> datetime | None:
    """Parse a time such as `2023-03-03T06:20:00+0000`; None for anything else."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _plan(item: dict[str, Any]) -> str | None:
    """Return the slug of the base plan. The same list also holds the top-ups."""
    for bought in item.get("packageList") or ():
        if not str(bought.get("packageCode", "")).startswith(TOP_UP):
            plan: str | None = bought.get("slug") or bought.get("packageCode")
            return plan
    return None


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
