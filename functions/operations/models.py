"""Requests and answers of the operation endpoints."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from portal.api.models import RequestModel, ResponseModel
from portal.domain.money import Money
from portal.domain.topup import OFFER_ID, TopUpOffer
from pydantic import Field, StrictBool

OperationKindName = Literal["topup", "reissue"]
ReissueReason = Literal["lost", "new-phone", "broken", "other"]
OperationStatus = Literal["pending", "running", "succeeded", "failed"]
OperationStepStatus = Literal["done", "running", "failed", "waiting"]
NextCode = Literal["begins", "works", "waits", "undoes", "done", "over"]
FailureCode = Literal[
    "cancelled",
    "invoice-cancelled",
    "line-changed",
    "line-not-active",
    "line-not-available",
    "looking-into-it",
    "not-replaced",
    "offer-gone",
    "old-esim-to-end",
    "payment-declined",
    "payment-method-missing",
    "service-not-active",
    "try-later",
]
MadeGoodCode = Literal["charge-checked", "credited", "data-added", "esim-ready", "not-charged"]


class OperationStep(ResponseModel):
    """A step of an operation, in words for customers."""

    step: str
    label: str
    status: OperationStepStatus
    at: datetime | None = None


class OperationFailure(ResponseModel):
    """Why an operation failed, and what the customer has or was given after all.

    `credited` is the amount of `madeGood` = `credited`.
    """

    reason: FailureCode
    made_good: MadeGoodCode | None = None
    credited: Money | None = None


class OperationView(ResponseModel):
    """The state of an operation.

    `nextStep` says what happens next, `message` why it failed, each `label` what a step did: in
    English. `next`, `failure` and `step` are stable codes for pages in any language.
    """

    operation_id: str
    kind: OperationKindName
    status: OperationStatus
    subscription_id: str
    created_at: datetime
    finished_at: datetime | None = None
    steps: list[OperationStep]
    next: NextCode
    next_step: str
    failure: OperationFailure | None = None
    message: str | None = None


class TopupRequest(RequestModel):
    """The offer to buy, at the offer's price."""

    offer_id: str = Field(pattern=OFFER_ID, examples=["offer-0123456789abcdef"])


class ReissueRequest(RequestModel):
    """Why another eSIM is needed; `confirmLoss`: the customer knows what is lost by it."""

    reason: ReissueReason
    confirm_loss: StrictBool = False


class OfferValidity(ResponseModel):
    """The time for which the data can be used."""

    unit: Literal["day", "month"]
    count: int


class TopupOffer(ResponseModel):
    """A top-up that can be bought for a line.

    `dataBytes` is null for unlimited data. `validity` is null if the data lasts as long as the
    line's period.
    """

    offer_id: str
    name: str
    price: Money
    data_bytes: int | None
    validity: OfferValidity | None


def offer_view(offer: TopUpOffer) -> TopupOffer:
    """Return an offer for the API."""
    validity = offer.validity
    return TopupOffer(
        offer_id=offer.offer_id,
        name=offer.name,
        price=offer.price,
        data_bytes=offer.data_bytes,
        validity=OfferValidity(unit=validity.unit, count=validity.count) if validity else None,
    )
