"""Translates Gigs' objects into the values of the port.

Source: developers.gigs.com: the objects `subscription`, `subscriptionChange`, `subscriptionAddon`,
`addon`, `usageBalance`, `eSimProfile`. Money is in minor units of its currency.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from portal.adapters.esim_verdict import UPSTREAM
from portal.domain.esim import (
    ChangeState,
    Line,
    LineState,
    Offer,
    ProfileState,
    Reissue,
    TopUp,
    Usage,
    Validity,
)
from portal.domain.money import Money
from portal.domain.upstream import OutcomeUnknown, Unavailable

REF = "portalRef"
LINE_STATES = {
    "active": LineState.ACTIVE,
    "restricted": LineState.ACTIVE,
    "ended": LineState.ENDED,
}
CHANGE_STATES = {
    "applied": ChangeState.DONE,
    "failed": ChangeState.FAILED,
    "deleted": ChangeState.FAILED,
}
PROFILE_STATES = {
    "installed": ProfileState.INSTALLED,
    "enabled": ProfileState.ENABLED,
    "disabled": ProfileState.DISABLED,
    "deleted": ProfileState.DELETED,
}
# ISO 4217: currencies whose minor unit is not a hundredth.
MINOR_DIGITS = {
    **dict.fromkeys(("CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


def made(answer: dict[str, Any], operation: str) -> str:
    """Return the id of a created resource. Raises OutcomeUnknown when the answer has none."""
    if not answer.get("id"):
        raise OutcomeUnknown(UPSTREAM, operation, "success without an id")
    return str(answer["id"])


def line(item: dict[str, Any]) -> Line:
    """Return the line of a subscription."""
    line_id = _id(item, "subscriptions")
    sim = item.get("sim") or {}
    ended = item.get("cancellationDetails") or {}
    return Line(
        line_id=line_id,
        state=LINE_STATES.get(str(item.get("status")), LineState.PENDING),
        ref=(item.get("metadata") or {}).get(REF),
        iccid=sim.get("iccid"),
        msisdn=item.get("phoneNumber"),
        reason=ended.get("cause"),
        plan=(item.get("plan") or {}).get("id"),
        expires_at=moment(item.get("endedAt")),
        period_ends=moment((item.get("currentPeriod") or {}).get("end")),
        sim_id=str(sim["id"]) if sim.get("id") else None,
    )


def reissue(item: dict[str, Any]) -> Reissue:
    """Return the reissue of a subscription change."""
    return Reissue(
        reissue_id=_id(item, "subscriptionChanges"),
        state=CHANGE_STATES.get(str(item.get("status")), ChangeState.PENDING),
        line_id=item.get("subscription"),
        iccid=(item.get("sim") or {}).get("iccid"),
        reason=item.get("failureCode"),
    )


def top_up(item: dict[str, Any]) -> TopUp:
    """Return the top-up of a subscription add-on.

    An add-on that ended without having been active has failed.
    """
    status = str(item.get("status"))
    state = ChangeState.PENDING
    if status == "active" or item.get("activatedAt"):
        state = ChangeState.DONE
    elif status == "ended":
        state = ChangeState.FAILED
    return TopUp(top_up_id=_id(item, "subscriptionAddons"), state=state)


def offer(item: dict[str, Any]) -> Offer:
    """Return the offer of an add-on of the catalogue."""
    validity = item.get("validity")
    allowances, price = item.get("allowances") or {}, item["price"]
    return Offer(
        offer_id=str(item["id"]),
        name=str(item.get("name", "")),
        data_bytes=allowances.get("dataBytes", 0),
        validity=Validity(validity["unit"], int(validity["value"])) if validity else None,
        cost=money(price),
    )


def usage(balances: Iterable[dict[str, Any]], now: datetime) -> Usage | None:
    """Return the sum of the data balances that can be used now; None when there is none."""
    usable = [balance for balance in balances if _usable(balance, now)]
    if not usable:
        return None
    limits = [balance.get("limit") for balance in usable]
    return Usage(
        used=sum(int(balance.get("used") or 0) for balance in usable),
        limit=None if None in limits else sum(int(limit) for limit in limits if limit is not None),
    )


def money(price: dict[str, Any]) -> Money:
    """Return the money of `{"amount", "currency"}`, whose amount is in minor units."""
    currency = str(price["currency"])
    digits = MINOR_DIGITS.get(currency, 2)
    return Money.of(Decimal(int(price["amount"])).scaleb(-digits), currency)


def moment(text: Any) -> datetime | None:
    """Parse an RFC 3339 time; None for anything else."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _id(item: dict[str, Any], resource: str) -> str:
    if not item.get("id"):
        raise Unavailable(UPSTREAM, f"GET {resource}", "a resource without an id")
    return str(item["id"])


def _usable(balance: dict[str, Any], now: datetime) -> bool:
    starts, ends = moment(balance.get("usableFrom")), moment(balance.get("usableUntil"))
    started = starts is None or starts <= now
    return balance.get("unit") == "bytes" and started and (ends is None or now < ends)
