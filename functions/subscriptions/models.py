"""Answers of the subscription endpoints."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path
from portal.api.models import BillingCycle, ResponseModel
from portal.domain.client_service import ServiceStatus
from portal.domain.esim import LineState, ProfileState
from portal.domain.line_actions import LineAction, Obstacle
from portal.domain.money import Money
from pydantic import Field

ServiceId = Annotated[str, Path(pattern=r"^[1-9][0-9]{0,9}$")]


class ServiceView(ResponseModel):
    """A service in WHMCS. `price` is null if WHMCS does not tell amount or currency."""

    id: str
    name: str
    quantity: int
    status: ServiceStatus
    billing_cycle: BillingCycle
    price: Money | None
    since: dt.date | None
    next_due_date: dt.date | None


class UsageView(ResponseModel):
    """The data of a line in bytes at `asOf`. `totalBytes` is null for unlimited data."""

    used_bytes: int
    total_bytes: int | None
    remaining_bytes: int | None
    as_of: dt.datetime | None


class ListedEsim(ResponseModel):
    """An eSIM line in a list, with the values that its provider gives for several lines at once.

    A value is null when the provider does not give it. `GET /subscriptions/{id}` has all values.
    """

    state: LineState | None
    usage: UsageView | None
    valid_until: dt.datetime | None
    period_ends: dt.datetime | None


class SubscriptionSummary(ServiceView):
    """One service in a list. `esim` is null for services without a line, and without `lines`."""

    esim: ListedEsim | None = None


class ActionView(ResponseModel):
    """An action on a line. `reason` is a code of docs/problems.md, *Obstacles*.

    `confirmLoss` says that a reissue loses the rest of the line and needs `confirmLoss: true`.
    """

    action: LineAction
    available: bool
    reason: Obstacle | None = None
    detail: str | None = None
    confirm_loss: bool = False


class EsimView(ResponseModel):
    """An eSIM line at its provider.

    `state` is null while the provider does not answer. `installed` is null when it does not tell
    whether a phone has the profile. `validUntil` is the end of the line. `periodEnds` is the end of
    the current period of a line that renews.
    """

    state: LineState | None
    installed: bool | None
    profile: ProfileState
    iccid: str | None
    usage: UsageView | None
    valid_until: dt.datetime | None
    period_ends: dt.datetime | None
    actions: list[ActionView]


class SubscriptionView(ServiceView):
    """One service. `esim` is null for services without a line."""

    esim: EsimView | None


class EsimActivation(ResponseModel):
    """The data for installing an eSIM. It is a credential, so show it and do not store it.

    `qrSvg` is an SVG document of a QR code with exactly `lpa`. `appleLink` (iOS 17.4 and later) and
    `androidLink` open the installation on the phone.
    """

    lpa: str = Field(examples=["LPA:1$smdp.example.com$MATCHING-ID"])
    smdp_address: str
    matching_id: str
    confirmation_code_required: bool
    qr_svg: str
    apple_link: str
    android_link: str
