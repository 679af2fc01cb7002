"""Closing a subject for good, against starts at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from portal.domain.upstream import Unavailable
from portal.engine.closing import Closing, close, reopen
from portal.engine.model import Job, StepRecord, StepState
from portal.engine.start import StartOutcome, StartRequest, request_start
from portal.engine.states import Status

from tests.fakes.workflow import START, TOY, TOY_JOB, FakeClock, FakeQueue, MemoryJobStore, toy_job

WANTED = Closing(kind=TOY, subject="1", code="called-off", text="called off")
PRESS = StartRequest(
    kind=TOY,
    subject="1",
    scope="caller",
    key="key-1",
    payload_hash="hash",
    input={},
    correlation_id="corr-1",
)
SPENT = StepRecord(state=StepState.STARTED, attempt=1, started_at=START, irreversible=True)


def press(store: MemoryJobStore, key: str = "key-1") -> StartOutcome:
    return request_start(store, FakeQueue(FakeClock()), replace(PRESS, key=key), now=START).outcome


def store_with(*jobs: Job) -> MemoryJobStore:
    store = MemoryJobStore()
    for job in jobs:
        store.replace(job)
    return store


def test_a_closed_subject_is_never_started() -> None:
    store = store_with()
    assert close(store, WANTED, now=START)
    assert press(store) is StartOutcome.CLOSED
    job = store.jobs[TOY_JOB]
    assert (job.status, job.attempt, job.closed) == (Status.CANCELLED, 0, True)
    assert store.kinds() == ["closed"]


def test_closing_again_changes_nothing() -> None:
    store = store_with()
    close(store, WANTED, now=START)
    before = store.jobs[TOY_JOB]
    assert close(store, WANTED, now=START + 60)
    assert store.jobs[TOY_JOB] == before


@pytest.mark.parametrize("status", [s for s in Status if s not in ("failed", "cancelled")])
def test_what_is_under_way_or_done_is_not_closed(status: Status) -> None:
    store = store_with(toy_job(status=status))
    assert not close(store, WANTED, now=START)
    assert not store.jobs[TOY_JOB].closed


@pytest.mark.parametrize("status", [Status.FAILED, Status.CANCELLED])
def test_an_ended_attempt_is_closed_unless_it_had_an_effect(status: Status) -> None:
    ended = toy_job(status=status)
    store = store_with(ended)
    assert close(store, WANTED, now=START)
    assert store.jobs[TOY_JOB].status is status
    assert press(store) is StartOutcome.CLOSED
    assert not close(store_with(ended.changed(steps={"buy": SPENT})), WANTED, now=START)


def test_an_earlier_key_still_gets_its_answer() -> None:
    store = store_with()
    press(store)
    store.replace(store.jobs[TOY_JOB].changed(status=Status.FAILED))
    close(store, WANTED, now=START)
    assert press(store) is StartOutcome.REPLAYED
    assert press(store, "key-2") is StartOutcome.CLOSED


def test_a_closing_is_taken_back() -> None:
    store = store_with()
    close(store, WANTED, now=START)
    reopen(store, WANTED, now=START)
    reopen(store, WANTED, now=START)
    assert store.kinds() == ["closed", "reopened"]
    assert press(store) is StartOutcome.ACCEPTED
    assert store.jobs[TOY_JOB].attempt == 1


class Meanwhile(MemoryJobStore):
    """A store in which something happens between a read of the job and its next write."""

    def __init__(self, happens: Callable[[MemoryJobStore], object], times: int = 1) -> None:
        super().__init__()
        self.happens, self.times = happens, times

    def _replace(self, job: Job) -> Job:
        if self.times:
            self.times -= 1
            self.happens(self)
        return super()._replace(job)


def test_a_press_that_was_first_wins() -> None:
    store = Meanwhile(press)
    assert not close(store, WANTED, now=START)
    assert store.jobs[TOY_JOB].status is Status.QUEUED


def test_a_closing_that_was_first_wins() -> None:
    store = Meanwhile(lambda found: close(found, WANTED, now=START))
    assert press(store) is StartOutcome.CLOSED


def test_a_job_that_changes_all_the_time_is_left_alone() -> None:
    def change(store: MemoryJobStore) -> None:
        job = store.jobs.get(TOY_JOB) or toy_job(status=Status.FAILED)
        store.jobs[TOY_JOB] = job.changed(version=job.version + 1)

    store = Meanwhile(change, times=99)
    with pytest.raises(Unavailable):
        close(store, WANTED, now=START)
    store.jobs[TOY_JOB] = store.jobs[TOY_JOB].changed(closed=True)
    with pytest.raises(Unavailable):
        reopen(store, WANTED, now=START)
