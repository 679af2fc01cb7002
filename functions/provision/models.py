"""The request and response models of the provisioning endpoint."""

from __future__ import annotations

from typing import Literal

from portal.api.models import RequestModel, ResponseModel
from portal.ports.workflow import JobStatus
from pydantic import Field


class ProvisionRequest(RequestModel):
    """The body of POST /orders/{sfOrderId}/provision. It may be empty."""

    requested_by: str | None = Field(
        default=None,
        max_length=80,
        pattern=r"^[A-Za-z0-9._-]*$",
        description="id of the Salesforce user who pressed the button",
    )


class ProvisionResult(ResponseModel):
    """The ids that a provisioned order has in other systems."""

    whmcs_order_id: str
    service_ids: list[int]
    iccids: list[str]


class ProvisionAnswer(ResponseModel):
    """The state of a job. `attempt` counts the starts. A provisioned order has a `result`."""

    sf_order_id: str
    status: JobStatus
    attempt: int
    result: ProvisionResult | None = None


class ProvisionAccepted(ResponseModel):
    """The job is recorded, and a worker will run it."""

    sf_order_id: str
    status: Literal["queued"] = "queued"
    attempt: int
