"""Operations that customers start on their own lines, as jobs of the workflow engine.

An operation's id is `<kind>-<32 hex digits>`. It is a hash of its owner and the owner's
Idempotency-Key, so that a repeated request names the same operation, however late it arrives.
"""

from __future__ import annotations

import hashlib
import re

from portal.engine.model import Job, job_id
from portal.workflow_kinds import OPERATION_KINDS, WorkflowKind

_DIGITS = 32
_KINDS = {kind.name: kind for kind in OPERATION_KINDS}
OPERATION_ID = rf"^({'|'.join(_KINDS)})-[0-9a-f]{{{_DIGITS}}}$"
USER_ID, CLIENT_ID, SERVICE_ID, ASKED = "userId", "clientId", "serviceId", "asked"
"""Members of every operation's input: the owner, the WHMCS client and service, and a fingerprint
of the request."""

CANCELLED_TEXT = "Cancelled by an operator before anything was done that cannot be undone."


def operation_id(kind: WorkflowKind, user_id: str, key: str) -> str:
    """Return the id of the operation that a customer requests with an Idempotency-Key."""
    digest = hashlib.sha256(f"{user_id}\n{key}".encode()).hexdigest()
    return f"{kind.name}-{digest[:_DIGITS]}"


def operation_job_id(operation: str) -> str:
    """Return the id of an operation's job. Raises ValueError for any other text."""
    if re.fullmatch(OPERATION_ID, operation) is None:
        msg = "an operation's id is its kind, a hyphen and 32 hex digits"
        raise ValueError(msg)
    return job_id(operation.partition("-")[0], operation)


def line_of(service_id: int) -> str:
    """Return the name of the line that an operation on a service holds exclusively."""
    return f"line#{service_id}"


def owner_of(job: Job) -> str:
    """Return the portal user who started an operation; empty for any other job."""
    return str(job.input.get(USER_ID, ""))


def service_of(job: Job) -> int:
    """Return the WHMCS service that an operation works on."""
    return int(job.input[SERVICE_ID])
