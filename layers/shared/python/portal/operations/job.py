"""Operations: what customers start on their own lines, as jobs of the workflow engine.

An operation's id is `<kind>-<32 hex digits>`. It is made of its owner and the owner's
Idempotency-Key, so that the same request names the same operation, however late it comes again.
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
"""Members of every operation's input: who owns it, the WHMCS client and service, and what the
caller asked for (a fingerprint)."""

CANCELLED_TEXT = "Cancelled by an operator before anything was done that cannot be undone."


def operation_id(kind: WorkflowKind, user_id: str, key: str) -> str:
    """The id of the operation that a customer asks for with an Idempotency-Key."""
    digest = hashlib.sha256(f"{user_id}\n{key}".encode()).hexdigest()
    return f"{kind.name}-{digest[:_DIGITS]}"


def operation_job_id(operation: str) -> str:
    """The id of an operation's job. Raises ValueError for what is no operation's id."""
    if re.fullmatch(OPERATION_ID, operation) is None:
        msg = "an operation's id is its kind, a hyphen and 32 hex digits"
        raise ValueError(msg)
    return job_id(operation.partition("-")[0], operation)


def line_of(service_id: int) -> str:
    """The exclusive thing that an operation on a service works on."""
    return f"line#{service_id}"


def owner_of(job: Job) -> str:
    """The portal user who started an operation; empty for a job that is none."""
    return str(job.input.get(USER_ID, ""))


def service_of(job: Job) -> int:
    """The WHMCS service that an operation is about."""
    return int(job.input[SERVICE_ID])
