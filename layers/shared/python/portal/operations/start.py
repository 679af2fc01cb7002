"""Starts operations: once per Idempotency-Key of a customer, one at a time per line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from portal import correlation
from portal.domain.problems import IDEMPOTENCY_KEY_REUSED, OPERATION_IN_PROGRESS, Problem
from portal.engine.model import Job
from portal.engine.ports import JobStore, Queue
from portal.engine.start import StartOutcome, StartRequest, request_start
from portal.operations.job import (
    ASKED,
    CLIENT_ID,
    SERVICE_ID,
    USER_ID,
    line_of,
    operation_id,
    operation_job_id,
)
from portal.workflow_kinds import WorkflowKind

RETRY_AFTER = 10


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A request for an operation. `asked` holds the values that the caller sent."""

    kind: WorkflowKind
    user_id: str
    client_id: int
    service_id: int
    key: str
    asked: Mapping[str, str] = field(default_factory=dict)

    @property
    def operation_id(self) -> str:
        """The id of the requested operation."""
        return operation_id(self.kind, self.user_id, self.key)

    @property
    def fingerprint(self) -> str:
        """A hash of the sent values, to tell two requests with one key apart."""
        content = json.dumps([self.service_id, dict(self.asked)], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()


@dataclass(frozen=True)
class Begun:
    """The operation's job. `replayed` says that the same request had begun it before."""

    job: Job
    replayed: bool


@dataclass(frozen=True)
class Operations:
    """Starts operations. `clock` returns epoch seconds."""

    store: JobStore
    queue: Queue
    clock: Callable[[], float]

    def earlier(self, wanted: Wanted) -> Begun | None:
        """Return the operation that the same request began before; None without one.

        Call it before any look-up. The answer to a repetition must not depend on later changes.
        Raises Problem `idempotency-key-reused` when the key was used for something else.
        """
        job = self.store.get(operation_job_id(wanted.operation_id))
        return None if job is None else _same(job, wanted)

    def begin(self, wanted: Wanted, settled: Mapping[str, str]) -> Begun:
        """Begin an operation of which `earlier` has seen nothing.

        `settled` holds the values that the portal has looked up for it. Raises Problem
        `operation-in-progress` while another operation works on the line,
        `idempotency-key-reused`, and the errors of `request_start`.
        """
        started = request_start(
            self.store,
            self.queue,
            StartRequest(
                kind=wanted.kind.name,
                subject=wanted.operation_id,
                key=wanted.key,
                scope=wanted.user_id,
                payload_hash=wanted.fingerprint,
                input={
                    **settled,
                    USER_ID: wanted.user_id,
                    CLIENT_ID: str(wanted.client_id),
                    SERVICE_ID: str(wanted.service_id),
                    ASKED: wanted.fingerprint,
                },
                correlation_id=correlation.current(),
                exclusive=line_of(wanted.service_id),
                unseen=True,
            ),
            now=self.clock(),
        )
        if started.outcome is StartOutcome.BUSY and started.job is not None:
            raise _in_progress(started.job)
        if started.job is None:
            raise _key_reused()
        if started.outcome is StartOutcome.ACCEPTED:
            return Begun(started.job, replayed=False)
        return _same(started.job, wanted)


def _same(job: Job, wanted: Wanted) -> Begun:
    if job.input.get(ASKED) != wanted.fingerprint:
        raise _key_reused()
    return Begun(job, replayed=True)


def _key_reused() -> Problem:
    return Problem(IDEMPOTENCY_KEY_REUSED, "Use a new Idempotency-Key for another operation.")


def _in_progress(job: Job) -> Problem:
    return Problem(
        OPERATION_IN_PROGRESS,
        "Wait until the operation that is under way on this line is over.",
        retry_after=RETRY_AFTER,
        extensions={"operationId": job.subject, "kind": job.kind},
    )
