"""What Salesforce sends and gets."""

from __future__ import annotations

from typing import Literal

from portal.api.models import RequestModel, ResponseModel
from portal.ports.workflow import JobStatus
from pydantic import Field


class ProvisionRequest(RequestModel):
    """The body of POST /orders/{sfOrderId}/provision; it may be empty."""

    requested_by: str | None = Field(
        default=None,
        max_length=80,
        pattern=r"^[A-Za-z0-9._-]*$",
        description="id of the Salesforce user who pressed the button",
    )


class ProvisionResult(ResponseModel):
    """What a provisioned order became."""

    whmcs_order_id: str
    service_ids: list[int]
    iccids: list[str]


class ProvisionAnswer(ResponseModel):
    """`attempt` counts the starts; `result` is there once the order is provisioned."""

    sf_order_id: str
    status: JobStatus
    attempt: int
    result: ProvisionResult | None = None


class ProvisionAccepted(ResponseModel):
    """The job is recorded and will be worked on."""

    sf_order_id: str
    status: Literal["queued"] = "queued"
    attempt: int
