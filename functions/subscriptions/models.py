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


class SubscriptionSummary(ResponseModel):
    """One service in a list. `price` is null when billing does not tell amount or currency."""

    id: str
    name: str
    quantity: int
    status: ServiceStatus
    billing_cycle: BillingCycle
    price: Money | None
    since: dt.date | None
    next_due_date: dt.date | None


class UsageView(ResponseModel):
    """Data of a line in bytes; `totalBytes` null is unlimited; `asOf`: when it was counted."""

    used_bytes: int
    total_bytes: int | None
    remaining_bytes: int | None
    as_of: dt.datetime | None


class ActionView(ResponseModel):
    """What can be done with a line; `reason` is a code of docs/problems.md, *Obstacles*."""

    action: LineAction
    available: bool
    reason: Obstacle | None = None
    detail: str | None = None


class EsimView(ResponseModel):
    """An eSIM line as its provider tells it.

    `state` is null while the provider does not answer; `installed` is null when it does not tell
    whether a phone has the profile. `validUntil` is when the line ends, `periodEnds` when the
    current period of a line that renews is over.
    """

    state: LineState | None
    installed: bool | None
    profile: ProfileState
    iccid: str | None
    usage: UsageView | None
    valid_until: dt.datetime | None
    period_ends: dt.datetime | None
    actions: list[ActionView]


class SubscriptionView(SubscriptionSummary):
    """One service; `esim` is null for services without a line."""

    esim: EsimView | None


class EsimActivation(ResponseModel):
    """How to install an eSIM: a credential, to be shown and forgotten.

    `qrSvg` is an SVG document whose code says exactly `lpa`; `appleLink` (iOS 17.4 and later) and
    `androidLink` open the installation on the phone that follows them.
    """

    lpa: str = Field(examples=["LPA:1$smdp.example.com$MATCHING-ID"])
    smdp_address: str
    matching_id: str
    confirmation_code_required: bool
    qr_svg: str
    apple_link: str
    android_link: str
