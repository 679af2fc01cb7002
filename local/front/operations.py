"""Reads the operations of customers (top-ups and reissues) from the stack's workflow table."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError
from portal.domain.upstream import UpstreamError
from portal.engine.model import Job
from portal.operations.job import operation_job_id, service_of
from portal.repositories.dynamodb import Table
from portal.repositories.workflow import DynamoJobStore, job_from
from portal.workflow_kinds import OPERATION_KINDS
from starlette.concurrency import run_in_threadpool

from ops.operation_report import remedy
from ops.operations import commands

SHOWN = 50
FUNCTION = "portal-local-operations-get-operation"
FAILURES = (BotoCoreError, ClientError, UpstreamError)


class Operations(Protocol):
    """The operations of a stack. Raises one of FAILURES when AWS does not answer."""

    def newest(self, limit: int) -> Sequence[Job]:
        """Return operations, the last requested first."""
        ...

    def find(self, operation: str) -> tuple[Job, Sequence[Mapping[str, Any]]] | None:
        """Return an operation and the lines of its history; None when there is none."""
        ...


class StoredOperations:
    """`Operations` in the workflow table; `client` makes an AWS client by its service's name."""

    def __init__(self, client: Callable[[str], Any]) -> None:
        self._client = client

    def newest(self, limit: int) -> Sequence[Job]:
        """Return operations, the last requested first: a scan, which a demo's table affords."""
        kinds = {f":k{number}": f"{kind.name}#" for number, kind in enumerate(OPERATION_KINDS)}
        begins = " OR ".join(f"begins_with(pk, {name})" for name in kinds)
        found: list[Job] = []
        start: dict[str, Any] | None = None
        while True:
            items, start = self._table.scan(
                start=start,
                filter=f"sk = :meta AND ({begins})",
                values={":meta": "META", **kinds},
            )
            found += [job_from(item) for item in items]
            if start is None:
                break
        return sorted(found, key=lambda job: job.requested_at, reverse=True)[:limit]

    def find(self, operation: str) -> tuple[Job, Sequence[Mapping[str, Any]]] | None:
        """Return an operation and the lines of its history; None when there is none."""
        try:
            job_id = operation_job_id(operation)
        except ValueError:
            return None
        store = DynamoJobStore(self._table)
        job = store.get(job_id)
        return None if job is None else (job, list(store.history(job_id)))

    @functools.cached_property
    def _table(self) -> Table:
        """The table's name is made by CloudFormation; the Lambda that reads it knows it."""
        found = self._client("lambda").get_function_configuration(FunctionName=FUNCTION)
        dynamodb = self._client("dynamodb")
        return Table(found["Environment"]["Variables"]["WORKFLOW_TABLE"], client=lambda: dynamodb)


async def newest(operations: Operations) -> list[dict[str, Any]] | None:
    """Return the newest operations for a list; None when they cannot be read now."""
    try:
        jobs = await run_in_threadpool(operations.newest, SHOWN)
    except FAILURES:
        return None
    return [entry(job) for job in jobs]


def entry(job: Job) -> dict[str, Any]:
    """Return an operation in a list: how it stands, and what can be done."""
    error = job.last_error
    return {
        "operationId": job.subject,
        "kind": job.kind,
        "service": service_of(job),
        "status": str(job.status),
        "step": "" if job.status.over else job.current_step,
        "attempt": job.attempt,
        "retries": job.retries,
        "requested": job.requested_at,
        "error": error.code if error else "",
        "errorStep": error.step if error else "",
        "remedy": remedy(job),
        "commands": list(commands(job)),
        "correlationId": job.correlation_id,
    }
