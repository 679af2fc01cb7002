"""The HTTP answers of the provisioning endpoint."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler import Response
from portal.api.location import location
from portal.engine.model import Job
from portal.provisioning.view import job_status
from pydantic import BaseModel

from functions.provision.models import (
    ProvisionAccepted,
    ProvisionAnswer,
    ProvisionRequest,
    ProvisionResult,
)

# The endpoint parses the body after the signature check, so Powertools does not document it.
REQUEST_BODY: dict[str, Any] = {
    "requestBody": {
        "required": False,
        "content": {"application/json": {"schema": ProvisionRequest.model_json_schema()}},
    }
}


def accepted(order_id: str, attempt: int, *, replayed: bool) -> Response[str]:
    """Return the 202. It is the same for every request with the key."""
    answer = ProvisionAccepted(sf_order_id=order_id, attempt=attempt)
    return _answer(202, answer, order_id, replayed=replayed)


def provisioned(order_id: str, job: Job) -> Response[str]:
    """Return the 200 with the result of a provisioned order."""
    services = job.result.get("services", {})
    esims = job.result.get("esims", {})
    answer = ProvisionAnswer(
        sf_order_id=order_id,
        status=job_status(job),
        attempt=job.attempt,
        result=ProvisionResult(
            whmcs_order_id=str(job.result.get("whmcsOrderId", "")),
            service_ids=sorted(number for ids in services.values() for number in ids),
            iccids=[str(line["iccid"]) for line in esims.values() if line.get("iccid")],
        ),
    )
    return _answer(200, answer, order_id)


def _answer(
    status: int,
    answer: BaseModel,
    order_id: str,
    *,
    replayed: bool = False,
) -> Response[str]:
    headers: dict[str, str | list[str]] = {"Location": location(f"/orders/{order_id}")}
    if replayed:
        headers["Idempotency-Replayed"] = "true"
    return Response(
        status_code=status,
        content_type="application/json",
        body=answer.model_dump_json(by_alias=True),
        headers=headers,
    )
