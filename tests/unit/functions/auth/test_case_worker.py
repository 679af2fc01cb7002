"""The consumer of the case queues."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from portal.domain.lease import Lease
from portal.domain.registration import Registration, State
from portal.domain.upstream import OutcomeUnknown, Refused, Unauthorized, Unavailable, UpstreamError
from portal.ports.accounts import NewCase

from functions.auth import case_worker
from functions.auth.email_cases import EmailCases
from tests.fakes.accounts import account
from tests.fakes.sqs import FakeSqs
from tests.fakes.wires import Strike
from tests.unit.functions.auth.cases import case_worker_deps
from tests.unit.functions.auth.world import World

HOUR = 3_600.0


class CaseQueues:
    """A sign-up whose Case is due, and the queues that its job is in."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world = world
        self.sqs = FakeSqs(world.clock)
        self.desk = world.desk
        self.failure: UpstreamError | None = None
        self.calls = 0
        desk = world.wires.wire("desk", self)
        deps = case_worker_deps(
            EmailCases(world.identity, desk, world.accounts, world.clock), world.clock, self.sqs
        )
        monkeypatch.setattr(case_worker, "build_case_worker", lambda: deps)

    def open(self, case: Any) -> None:
        """`CaseDesk`, with whatever failure is set."""
        self.calls += 1
        if self.failure is not None:
            raise self.failure
        self.desk.open(case)

    @property
    def job(self) -> dict[str, Any]:
        """The job as it was put on the queue."""
        return self.world.case_jobs.jobs[0].model_dump(by_alias=True)

    @property
    def registration(self) -> Registration:
        """Its registration."""
        (found,) = self.world.identity.records.values()
        return found

    def set(self, **changes: Any) -> None:
        """Change the registration."""
        records = self.world.identity.records
        records[self.registration.id] = dataclasses.replace(self.registration, **changes)

    def deliver(self, *jobs: Any) -> None:
        """Put jobs on the queue and let the consumer have them once."""
        for job in jobs:
            self.sqs.put(job)
        self.sqs.deliver(case_worker.handler)

    def run(self, hours: float) -> None:
        """Let time pass."""
        self.sqs.run(case_worker.handler, hours=hours)


@pytest.fixture
def due(world: World, monkeypatch: pytest.MonkeyPatch) -> CaseQueues:
    world.accounts.accounts[0] = account(email="old@example.com")
    assert world.signup().status == 201
    return CaseQueues(world, monkeypatch)


def test_the_case_says_what_to_do_and_the_job_nothing_personal(due: CaseQueues) -> None:
    due.deliver(due.job)
    (case,) = due.desk.cases.values()
    assert case.account_id == "001000000000101AAA"
    assert "taro@example.com" in case.description
    assert len(case.key) <= 64
    assert "@" not in due.world.case_jobs.jobs[0].model_dump_json()


def test_delivered_twice_it_is_one_case(due: CaseQueues) -> None:
    due.deliver(due.job, due.job)
    assert due.calls == len(due.desk.cases) == 1
    assert due.sqs.fresh.messages == []


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_lost_answer_is_settled_by_asking_again(due: CaseQueues, *, after: bool) -> None:
    lost = OutcomeUnknown("salesforce", "Case create", "")
    due.world.wires.strikes = [Strike(lost, "desk.open", after=after)]
    due.deliver(due.job)
    due.run(hours=0.1)
    assert len(due.desk.cases) == 1
    assert due.sqs.fresh.messages == due.sqs.waiting.messages == due.sqs.dead.messages == []


@pytest.mark.parametrize("body", ["{nonsense", {"caseKey": "x"}])
def test_an_unreadable_message_goes_to_the_dead_letters_alone(due: CaseQueues, body: Any) -> None:
    due.deliver(body, due.job)
    assert due.sqs.dead.bodies == [body]
    assert len(due.desk.cases) == 1


@pytest.mark.parametrize(
    "failure",
    [Unavailable("salesforce", "Case create", ""), Unauthorized("salesforce", "login", "")],
)
@pytest.mark.parametrize("hours", [1, 20])
def test_salesforce_is_waited_for(due: CaseQueues, failure: UpstreamError, hours: int) -> None:
    due.failure = failure
    due.deliver(due.job)
    assert due.sqs.waiting.bodies == [due.job]
    due.run(hours=hours)
    due.failure = None
    due.run(hours=0.5)
    assert len(due.desk.cases) == 1
    assert due.sqs.dead.messages == []


def test_who_waits_longer_than_the_patience_is_given_up_and_can_be_sent_again(
    due: CaseQueues, capsys: pytest.CaptureFixture[str]
) -> None:
    due.failure = Unavailable("salesforce", "Case create", "")
    due.deliver(due.job)
    due.run(hours=25)
    assert due.sqs.dead.bodies == [due.job]
    assert "MessagesDelayed" in capsys.readouterr().out
    due.failure = None
    due.sqs.redrive()
    due.run(hours=0.1)
    assert len(due.desk.cases) == 1


def test_what_salesforce_refuses_is_given_up_at_once(
    due: CaseQueues, capsys: pytest.CaptureFixture[str]
) -> None:
    due.failure = Refused("salesforce", "Case create", "no such field")
    due.deliver(due.job)
    assert (due.calls, due.sqs.dead.bodies) == (1, [due.job])
    assert "MessagesGivenUp" in capsys.readouterr().out


def test_a_job_that_overtook_its_mapping_waits(due: CaseQueues) -> None:
    record = due.registration
    due.set(state=State.RESERVED, lease=Lease("somebody", int(due.world.clock()) + 30))
    due.deliver(due.job)
    assert due.desk.cases == {}
    due.set(state=record.state, lease=record.lease)
    due.run(hours=0.1)
    assert len(due.desk.cases) == 1


def test_a_job_whose_signup_was_undone_or_given_up_is_dropped(due: CaseQueues) -> None:
    record = due.registration
    due.set(state=State.RESERVED, lease=Lease("nobody", 0))
    due.deliver(due.job)
    due.world.identity.records.clear()
    due.deliver(due.job)
    assert due.desk.cases == {}
    assert due.sqs.fresh.messages == due.sqs.waiting.messages == due.sqs.dead.messages == []
    # Whoever takes the registration up again queues the same job.
    due.world.identity.records[record.id] = record
    due.deliver(due.job)
    assert len(due.desk.cases) == 1


def test_a_case_follows_a_merged_account(world: World) -> None:
    kept = "001000000000909AAA"
    opened: list[NewCase] = []

    class Desk:
        def open(self, case: NewCase) -> None:
            if case.account_id != kept:
                raise Refused("salesforce", "Case create", "gone", code="ENTITY_IS_DELETED")
            opened.append(case)

    world.accounts.accounts = [account(email="old@example.com")]
    assert world.signup().status == 201
    world.accounts.accounts.append(account("CN-000909", id=kept))
    world.accounts.merge("001000000000101AAA", kept)
    worker = EmailCases(world.identity, Desk(), world.accounts, world.clock)
    (job,) = world.case_jobs.jobs
    worker.open(job)
    assert [case.account_id for case in opened] == [kept]
