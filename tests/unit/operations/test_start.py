"""Starting operations: ids, races of two requests, keys that have expired."""

from __future__ import annotations

from dataclasses import replace

import pytest
from portal.domain.problems import Problem
from portal.engine.states import Status
from portal.operations.job import (
    line_of,
    operation_id,
    operation_job_id,
    owner_of,
    service_of,
)
from portal.operations.start import Begun, Operations, Wanted
from portal.workflow_kinds import REISSUE, TOPUP

from tests.fakes.workflow import FakeClock, FakeQueue, MemoryJobStore


class World:
    """A store, a queue, and a customer's wish."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.store, self.queue = MemoryJobStore(), FakeQueue(self.clock)
        self.operations = Operations(self.store, self.queue, self.clock)

    def wanted(self, key: str = "k", *, user: str = "u", service: int = 7, **asked: str) -> Wanted:
        return Wanted(
            kind=TOPUP, user_id=user, client_id=42, service_id=service, key=key, asked=asked
        )

    def begin(self, wanted: Wanted) -> Begun:
        return self.operations.begin(wanted, {"price": "1"})


def test_an_id_is_made_of_kind_customer_and_key() -> None:
    ids = {operation_id(TOPUP, user, key) for user in "ab" for key in ("1", "2")}
    assert len(ids) == 4
    one = operation_id(TOPUP, "a", "1")
    assert operation_job_id(one) == f"topup#{one}"
    for text in ("", "topup", f"{one}0", one.upper(), f"provision-{'0' * 32}", f"{one}\n"):
        with pytest.raises(ValueError, match="hex digits"):
            operation_job_id(text)


def test_a_job_says_whose_it_is_and_what_it_works_on() -> None:
    world = World()
    job = world.begin(world.wanted()).job
    assert (owner_of(job), service_of(job), job.exclusive) == ("u", 7, line_of(7))
    assert job.input["price"] == "1"


def test_two_requests_at_once_are_one_operation() -> None:
    """The twin wins between our look and our write."""
    world = World()
    wanted = world.wanted(offerId="o")
    assert world.operations.earlier(wanted) is None
    world.begin(wanted)
    late = world.begin(wanted)
    assert late.replayed
    assert len(world.store.jobs) == len(world.queue.messages) == 1


def test_two_requests_with_one_key_at_once_and_different_wishes() -> None:
    world = World()
    world.begin(world.wanted(offerId="o"))
    for other in (world.wanted(offerId="p"), world.wanted(offerId="o", service=8)):
        with pytest.raises(Problem, match="idempotency-key-reused"):
            world.begin(other)
        with pytest.raises(Problem, match="idempotency-key-reused"):
            world.operations.earlier(other)


def test_a_twin_that_is_over_is_the_answer_when_the_line_is_held_again() -> None:
    """Both happens between our look and our write."""
    world = World()
    wanted = world.wanted()
    assert world.operations.earlier(wanted) is None
    twin = world.begin(wanted).job
    world.store.replace(world.store.jobs[twin.id].changed(status=Status.SUCCEEDED))
    world.begin(world.wanted("2"))
    late = world.begin(wanted)
    assert (late.replayed, late.job.id) == (True, twin.id)


def test_a_new_operation_is_looked_for_once() -> None:
    world = World()
    assert world.operations.earlier(world.wanted()) is None
    assert not world.begin(world.wanted()).replayed
    assert world.store.faults.names == ["dynamodb get", "dynamodb hold", "dynamodb begin"]


@pytest.mark.parametrize("status", [Status.SUCCEEDED, Status.FAILED, Status.CANCELLED])
def test_an_operation_is_never_started_again_by_its_customer(status: Status) -> None:
    """Even when the record of the key has expired: the operation's id is made of the key."""
    world = World()
    wanted = world.wanted()
    job = world.begin(wanted).job
    world.store.replace(world.store.jobs[job.id].changed(status=status))
    world.store.keys.clear()
    again = world.operations.earlier(wanted)
    assert again is not None
    assert (again.replayed, again.job.attempt) == (True, 1)


def test_a_line_is_free_when_its_operation_is_over() -> None:
    world = World()
    job = world.begin(world.wanted("1")).job
    with pytest.raises(Problem) as busy:
        world.begin(world.wanted("2"))
    assert busy.value.extensions == {"operationId": job.subject, "kind": "topup"}
    assert world.begin(world.wanted("3", service=8)).job.exclusive == "line#8"
    world.store.replace(world.store.jobs[job.id].changed(status=Status.FAILED))
    assert not world.begin(world.wanted("2")).replayed


def test_kinds_keep_each_other_off_a_line_and_have_keys_of_their_own() -> None:
    world = World()
    wanted = world.wanted("1")
    other = replace(wanted, kind=REISSUE)
    job = world.begin(wanted).job
    with pytest.raises(Problem, match="operation-in-progress"):
        world.begin(other)
    world.store.replace(world.store.jobs[job.id].changed(status=Status.SUCCEEDED))
    begun = world.begin(other)
    assert (begun.replayed, begun.job.kind) == (False, "reissue")
    assert begun.job.subject != job.subject
