"""The input of a top-up's job.

The offer and its price were looked up when the operation was accepted. The customer has agreed to
that price, so it is charged however long the operation waits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from portal.domain.esim import iccid_ending
from portal.domain.money import Money
from portal.domain.topup import TopUpOffer
from portal.engine.model import Job
from portal.operations.job import CLIENT_ID, service_of


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The requested top-up. `data_added` is in bytes, or None for unlimited data.

    `ending` has the last four digits of the line's ICCID, for mails; or it is empty.
    """

    operation_id: str
    service_id: int
    client_id: int
    provider: str
    offer: str
    name: str
    price: Money
    data_added: int | None
    ending: str


def settled(offer: TopUpOffer, *, iccid: str | None = None) -> Mapping[str, str]:
    """Return the members of the input for an offer, and for the line's ICCID."""
    return {
        "provider": offer.provider,
        "offer": offer.provider_offer,
        "name": offer.name,
        "amount": offer.price.amount,
        "currency": offer.price.currency,
        "dataBytes": "" if offer.data_bytes is None else str(offer.data_bytes),
        "ending": iccid_ending(iccid),
    }


def asked(job: Job) -> Asked:
    """Return the requested top-up of a job."""
    given = job.input
    return Asked(
        operation_id=job.subject,
        service_id=service_of(job),
        client_id=int(given[CLIENT_ID]),
        provider=str(given["provider"]),
        offer=str(given["offer"]),
        name=str(given["name"]),
        price=Money(amount=str(given["amount"]), currency=str(given["currency"])),
        data_added=int(given["dataBytes"]) if given["dataBytes"] else None,
        ending=str(given.get("ending", "")),
    )
