"""The engine's surroundings in memory: a store, a queue that behaves like SQS, a clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from portal.domain.upstream import Unavailable
from portal.engine.model import Event, Hold, Job, KeyUse, Task, job_id
from portal.engine.ports import HoldTaken, KeyTaken, StaleJob
from portal.engine.states import Status

from tests.fakes.faults import Faults

START = 1_790_000_000.0
TOY = "toy"
TOY_JOB = job_id(TOY, "1")


def toy_job(**changes: Any) -> Job:
    """A queued job of the kind `toy`, asked for at START."""
    values: dict[str, Any] = {
        "id": TOY_JOB,
        "kind": TOY,
        "subject": "1",
        "status": Status.QUEUED,
        "attempt": 1,
        "requested_at": START,
        "updated_at": START,
    }
    return Job(**{**values, **changes})


class FakeClock:
    """Epoch seconds that only move when told."""

    def __init__(self, now: float = START) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class MemoryJobStore:
    """`JobStore` over a dict, with DynamoDB's conditions."""

    def __init__(self, faults: Faults | None = None) -> None:
        self.jobs: dict[str, Job] = {}
        self.keys: dict[str, KeyUse] = {}
        self.holds: dict[str, Hold] = {}
        self.events: list[tuple[str, Event]] = []
        self.faults = faults or Faults()

    def get(self, job_id: str) -> Job | None:
        return self.faults.call("dynamodb", "get", lambda: self.jobs.get(job_id))

    def replace(self, job: Job) -> Job:
        return self.faults.call("dynamodb", "replace", lambda: self._replace(job))

    def begin(
        self,
        job: Job,
        key: str,
        use: KeyUse,
        *,
        before: KeyUse | None = None,
        held: Hold | None = None,
    ) -> Job:
        return self.faults.call(
            "dynamodb", "begin", lambda: self._begin(job, key, use, before, held)
        )

    def hold(self, thing: str) -> Hold | None:
        return self.faults.call("dynamodb", "hold", lambda: self.holds.get(thing))

    def key_use(self, key: str) -> KeyUse | None:
        return self.faults.call("dynamodb", "key", lambda: self.keys.get(key))

    def waiting(self, status: Status, *, until: float) -> Iterator[str]:
        def sort_time(job: Job) -> float:
            if job.status is Status.SCHEDULED and job.due_at:
                return job.due_at
            return job.updated_at

        found = [j for j in self.jobs.values() if j.status is status and sort_time(j) <= until]
        yield from (job.id for job in sorted(found, key=sort_time))

    def remember(self, job_id: str, event: Event) -> None:
        self.events.append((job_id, event))

    def kinds(self) -> list[str]:
        """What the history says happened."""
        return [event.kind for _, event in self.events]

    def _replace(self, job: Job) -> Job:
        stored = self.jobs.get(job.id)
        if (stored.version if stored else 0) != job.version:
            raise StaleJob(stored)
        written = _as_stored(job)
        self.jobs[job.id] = written
        return written

    def _begin(
        self, job: Job, key: str, use: KeyUse, before: KeyUse | None, held: Hold | None
    ) -> Job:
        if self.keys.get(key) != before:
            raise KeyTaken
        if job.exclusive and self.holds.get(job.exclusive) != held:
            raise HoldTaken
        begun = self._replace(job)
        self.keys[key] = use
        if job.exclusive:
            self.holds[job.exclusive] = Hold(job.id, job.attempt)
        return begun


def _as_stored(job: Job) -> Job:
    """The next version, which shares nothing that can change with the worker's own record."""
    # `deepcopy` takes a third of the time of a test that runs thousands of histories.
    steps = {name: replace(record, data=_own(record.data)) for name, record in job.steps.items()}
    return replace(
        job, version=job.version + 1, input=_own(job.input), steps=steps, result=_own(job.result)
    )


def _own(value: Any) -> Any:
    """A copy of JSON data."""
    if isinstance(value, Mapping):
        return {key: _own(one) for key, one in value.items()}
    return [_own(one) for one in value] if isinstance(value, list) else value


@dataclass
class _Message:
    number: int
    task: Task
    visible_at: float
    receives: int = 0


@dataclass
class FakeQueue:
    """`Queue` as SQS has it: visibility, receive counts, a dead-letter queue."""

    clock: FakeClock
    faults: Faults = field(default_factory=Faults)
    name: str = "provision"
    visibility: float = 900.0
    max_receives: int = 8
    messages: dict[int, _Message] = field(default_factory=dict)
    dead: dict[int, _Message] = field(default_factory=dict)
    sent: int = 0

    def put(self, task: Task, *, delay_seconds: float = 0) -> None:
        assert 0 <= delay_seconds <= 900
        self.faults.call("sqs", "put", lambda: self._add(task, delay_seconds), writes=True)

    def backlog(self) -> int:
        return sum(message.visible_at <= self.clock.now for message in self.messages.values())

    def postpone(self, receipt: str, seconds: float) -> None:
        """ChangeMessageVisibility."""
        if int(receipt) not in self.messages:
            raise Unavailable("sqs", "ChangeMessageVisibility", "there is no such message")
        self.messages[int(receipt)].visible_at = self.clock.now + seconds

    def next_at(self) -> float | None:
        """When the next message can be received."""
        return min((message.visible_at for message in self.messages.values()), default=None)

    def receive(self) -> dict[str, Any] | None:
        """One record of an event, invisible from now on; None when there is nothing."""
        for message in sorted(self.messages.values(), key=lambda m: (m.visible_at, m.number)):
            if message.visible_at > self.clock.now:
                return None
            if message.receives >= self.max_receives:
                self.dead[message.number] = self.messages.pop(message.number)
                continue
            message.receives += 1
            message.visible_at = self.clock.now + self.visibility
            return _record(message, self.name)
        return None

    def dead_records(self) -> list[dict[str, Any]]:
        """The dead letters as an event's records."""
        return [_record(message, self.name) for message in self.dead.values()]

    def delete(self, record: dict[str, Any]) -> None:
        """The message was worked on."""
        self.messages.pop(int(record["receiptHandle"]), None)
        self.dead.pop(int(record["receiptHandle"]), None)

    def _add(self, task: Task, delay: float) -> None:
        self.sent += 1
        self.messages[self.sent] = _Message(self.sent, task, self.clock.now + delay)


def _record(message: _Message, queue: str) -> dict[str, Any]:
    task = message.task
    return {
        "messageId": f"message-{message.number}",
        "receiptHandle": str(message.number),
        "body": f'{{"jobId":"{task.job_id}","attempt":{task.attempt}}}',
        "attributes": {"ApproximateReceiveCount": str(message.receives)},
        "messageAttributes": {},
        "eventSourceARN": f"arn:aws:sqs:ap-northeast-1:111122223333:{queue}",
    }


class FakeObserver:
    """`Observer` that keeps what it was told."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.retries: list[tuple[str, float]] = []
        self.endings: list[Job] = []

    def step_finished(self, job: Job, step: str, seconds: float) -> None:
        self.steps.append(step)

    def retrying(self, job: Job, code: str, delay: float) -> None:
        self.retries.append((code, delay))

    def finished(self, job: Job) -> None:
        self.endings.append(job)
