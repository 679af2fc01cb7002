"""The workflow table: jobs, their history and their idempotency keys.

Items by `pk`, `sk`:

- `<job id>`, `META`: the job. Every write is conditional on its `version`. It is never deleted,
  because it proves that the work on its subject was done, even to a start years later.
- `<job id>`, `EVT#<time>#<random>`: a line of the history for operators. It is kept for 400 days.
- `KEY#<sha-256 of a scoped idempotency key>`, `META`: the use of the key. It is kept for 90 days
  after it began an attempt. Later, a request with the key is decided by the job alone.
- `HOLD#<exclusive thing>`, `META`: which attempt of which job was the last to work on it. It
  is held as long as that job is not over. Kept for good.

The other items of the table have modules of their own: `claims`, `subscribers`, `service_lines`.

The index `status-index` holds only the keys of jobs, by status and `updatedAt`. That attribute is
the due time of scheduled jobs and the last write of all others. `expiration` is the table's TTL
attribute. It only deletes old items, and no decision rests on it.
"""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from portal.domain.upstream import UpstreamError
from portal.engine.model import Event, Hold, Job, KeyUse, LastError, StepRecord, StepState
from portal.engine.ports import HoldTaken, KeyTaken, StaleJob
from portal.engine.states import Status
from portal.observability import logger
from portal.repositories.dynamodb import ConditionFailed, Table, TransactionRefused
from portal.repositories.leases import lease_of, leased

STATUS_INDEX = "status-index"
DAY = 86_400
KEEP_KEYS = 90 * DAY
KEEP_HISTORY = 400 * DAY
META = "META"


class DynamoJobStore:
    """`JobStore` over the workflow table."""

    def __init__(self, table: Table, *, clock: Callable[[], float] = time.time) -> None:
        self._table = table
        self._clock = clock

    def get(self, job_id: str) -> Job | None:
        """Return the job by a strongly consistent read; None when there is none."""
        item = self._table.get(_key(job_id))
        return job_from(item) if item else None

    def replace(self, job: Job) -> Job:
        """Write the job over the version it was made from. Returns it. Raises StaleJob."""
        written = job.changed(version=job.version + 1)
        try:
            self._table.put(job_item(written), **_unchanged(job))
        except ConditionFailed as conflict:
            raise StaleJob(job_from(conflict.item) if conflict.item else None) from None
        return written

    def begin(
        self,
        job: Job,
        key: str,
        use: KeyUse,
        *,
        before: KeyUse | None = None,
        held: Hold | None = None,
    ) -> Job:
        """Write a job, the use of its key and its hold in one transaction.

        Raises StaleJob, KeyTaken or HoldTaken.
        """
        begun = job.changed(version=job.version + 1)
        expiration = int(self._clock()) + KEEP_KEYS
        puts = [
            {"item": job_item(begun), **_unchanged(job)},
            {"item": _key_item(key, use, expiration), **_unused(before)},
        ]
        if begun.exclusive:
            puts.append({"item": _hold_item(begun), **_held_by(held)})
        try:
            self._table.transact([{"Put": put} for put in puts], token=uuid.uuid4().hex)
        except TransactionRefused as refused:
            stale, taken = refused.reasons[:2]
            if stale is not None:
                found = refused.items[0]
                raise StaleJob(job_from(found) if found else None) from None
            raise (KeyTaken if taken is not None else HoldTaken) from None
        return begun

    def hold(self, thing: str) -> Hold | None:
        """Who was the last to work on an exclusive thing."""
        item = self._table.get(_key(_hold_id(thing)))
        return None if item is None else Hold(str(item["jobId"]), int(item["attempt"]))

    def key_use(self, key: str) -> KeyUse | None:
        """Return what a key was used for; None when it is new."""
        item = self._table.get(_key(_key_id(key)))
        if item is None:
            return None
        return KeyUse(
            job_id=str(item["jobId"]),
            payload_hash=str(item["payloadHash"]),
            attempt=int(item["attempt"]),
        )

    def waiting(self, status: Status, *, until: float) -> Iterator[str]:
        """Yield the ids of jobs in a status whose sort time is at most `until`, oldest first."""
        found = self._table.query(
            IndexName=STATUS_INDEX,
            where="#s = :status AND updatedAt <= :until",
            names={"#s": "status"},
            values={":status": str(status), ":until": timestamp(until)},
        )
        for item in found:
            yield str(item["pk"])

    def remember(self, job_id: str, event: Event) -> None:
        """Add a line to the job's history. A failure is only logged."""
        item = {
            "pk": job_id,
            "sk": f"EVT#{timestamp(event.at)}#{uuid.uuid4().hex[:8]}",
            "attempt": event.attempt,
            "kind": event.kind,
            "step": event.step or None,
            "detail": event.detail or None,
            "expiration": int(event.at) + KEEP_HISTORY,
        }
        try:
            self._table.put(item)
        except UpstreamError as error:
            logger().warning("history line lost", extra={"kind": event.kind, "reason": str(error)})

    def history(self, job_id: str) -> Iterator[dict[str, Any]]:
        """Yield the lines of a job's history for operators, oldest first."""
        yield from self._table.query(
            where="pk = :pk AND begins_with(sk, :prefix)", values={":pk": job_id, ":prefix": "EVT#"}
        )


def timestamp(epoch: float) -> str:
    """Return epoch seconds as ISO 8601 in UTC with milliseconds, which sorts by time."""
    text = datetime.fromtimestamp(epoch, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def job_item(job: Job) -> dict[str, Any]:
    """Return the item of a job."""
    sort_time = job.due_at if job.status is Status.SCHEDULED and job.due_at else job.updated_at
    return {
        **_key(job.id),
        "kind": job.kind,
        "subject": job.subject,
        "status": str(job.status),
        "updatedAt": timestamp(sort_time),
        "writtenAt": _number(job.updated_at),
        "version": job.version,
        "attempt": job.attempt,
        "exclusive": job.exclusive or None,
        "runs": job.runs,
        "requestedAt": _number(job.requested_at),
        "startedAt": _number(job.started_at),
        "finishedAt": _number(job.finished_at),
        "correlationId": job.correlation_id,
        "input": dict(job.input),
        "steps": {name: _step_item(record) for name, record in job.steps.items()},
        "step": job.current_step,
        **leased(job.lease),
        "nextAt": _number(job.next_at),
        "dueAt": _number(job.due_at),
        "waits": job.waits,
        "waitingSince": _number(job.waiting_since),
        "cancelRequested": job.cancel_requested,
        "ending": str(job.ending) if job.ending else None,
        "unreported": job.unreported,
        "closed": job.closed or None,
        "error": _last_error_item(job.last_error),
        "result": dict(job.result),
        # A job that never began only keeps others from beginning; jobs that ran are kept.
        "expiration": None if job.attempt else int(job.updated_at) + KEEP_HISTORY,
    }


def job_from(item: Mapping[str, Any]) -> Job:
    """Return the job that an item holds."""
    ending = item.get("ending")
    return Job(
        id=str(item["pk"]),
        kind=str(item["kind"]),
        subject=str(item["subject"]),
        status=Status(item["status"]),
        attempt=int(item["attempt"]),
        runs=int(item["runs"]),
        version=int(item["version"]),
        exclusive=str(item.get("exclusive") or ""),
        requested_at=float(item["requestedAt"]),
        updated_at=float(item["writtenAt"]),
        correlation_id=str(item["correlationId"]),
        input=item["input"],
        steps={name: _step_from(record) for name, record in item["steps"].items()},
        current_step=str(item["step"]),
        lease=lease_of(item),
        next_at=float(item["nextAt"]),
        due_at=_epoch(item.get("dueAt")),
        waits=int(item["waits"]),
        waiting_since=_epoch(item.get("waitingSince")),
        cancel_requested=bool(item["cancelRequested"]),
        ending=Status(ending) if ending else None,
        unreported=bool(item["unreported"]),
        closed=bool(item.get("closed")),
        last_error=_last_error_from(item.get("error")),
        result=item["result"],
        started_at=_epoch(item.get("startedAt")),
        finished_at=_epoch(item.get("finishedAt")),
    )


def _step_item(record: StepRecord) -> dict[str, Any]:
    item = {
        "state": str(record.state),
        "attempt": record.attempt,
        "startedAt": _number(record.started_at),
        "irreversible": record.irreversible,
        "data": dict(record.data),
    }
    if record.done_at is not None:
        item["doneAt"] = _number(record.done_at)
    return item


def _step_from(item: Mapping[str, Any]) -> StepRecord:
    return StepRecord(
        state=StepState(item["state"]),
        attempt=int(item["attempt"]),
        started_at=float(item["startedAt"]),
        done_at=_epoch(item.get("doneAt")),
        irreversible=bool(item["irreversible"]),
        data=item["data"],
    )


def _last_error_item(last_error: LastError | None) -> dict[str, Any] | None:
    if last_error is None:
        return None
    return {
        "code": last_error.code,
        "message": last_error.message,
        "step": last_error.step,
        "at": _number(last_error.at),
    }


def _last_error_from(item: Mapping[str, Any] | None) -> LastError | None:
    if item is None:
        return None
    return LastError(
        code=str(item["code"]),
        message=str(item["message"]),
        step=str(item["step"]),
        at=float(item["at"]),
    )


def _number(epoch: float | None) -> Decimal | None:
    return None if epoch is None else Decimal(str(round(epoch, 3)))


def _epoch(value: Any) -> float | None:
    return None if value is None else float(value)


def _key(pk: str) -> dict[str, str]:
    return {"pk": pk, "sk": META}


def _key_id(key: str) -> str:
    return f"KEY#{hashlib.sha256(key.encode()).hexdigest()}"


def _key_item(key: str, use: KeyUse, expiration: int) -> dict[str, Any]:
    return {
        **_key(_key_id(key)),
        "jobId": use.job_id,
        "payloadHash": use.payload_hash,
        "attempt": use.attempt,
        "expiration": expiration,
    }


def _hold_id(thing: str) -> str:
    return f"HOLD#{thing}"


def _hold_item(job: Job) -> dict[str, Any]:
    return {**_key(_hold_id(job.exclusive)), "jobId": job.id, "attempt": job.attempt}


def _held_by(held: Hold | None) -> dict[str, Any]:
    """The condition that nobody took the hold since it was read."""
    if held is None:
        return {"condition": "attribute_not_exists(pk)"}
    return {
        "condition": "jobId = :holder AND attempt = :since",
        "values": {":holder": held.job_id, ":since": held.attempt},
    }


def _unused(before: KeyUse | None) -> dict[str, Any]:
    """Return the condition that nobody has used the key since it was read."""
    if before is None:
        return {"condition": "attribute_not_exists(pk)"}
    return {
        "condition": "jobId = :job AND attempt = :attempt",
        "values": {":job": before.job_id, ":attempt": before.attempt},
    }


def _unchanged(job: Job) -> dict[str, Any]:
    """Return the condition that nobody has written the job since this version was read."""
    if job.version == 0:
        return {"condition": "attribute_not_exists(pk)"}
    return {
        "condition": "#v = :version",
        "names": {"#v": "version"},
        "values": {":version": job.version},
    }
