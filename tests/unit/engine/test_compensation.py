"""What was done is undone when the job fails later, whatever fails or dies on the way."""

from __future__ import annotations

import pytest
from portal.domain.upstream import Unauthorized
from portal.engine.model import StepState
from portal.engine.states import Status

from tests.fakes.faults import Fault
from tests.fakes.workflow import TOY_JOB
from tests.unit.engine.toy import Toy


def refused() -> Toy:
    """A job whose second step is refused."""
    toy = Toy()
    toy.ledger.refuses = True
    toy.ask()
    return toy


def test_all_goes_well() -> None:
    toy = Toy()
    toy.ask()
    toy.settle()
    assert (toy.job.status, toy.job.result) == (Status.SUCCEEDED, {"number": 1})
    assert (toy.ledger.bookings, toy.ledger.deliveries, toy.ledger.reversals) == (["1"], ["1"], [])


def test_a_failure_undoes_what_was_done_before_it() -> None:
    toy = refused()
    toy.settle()
    assert (toy.job.status, toy.reports) == (Status.FAILED, ["failed"])
    assert toy.job.last_error is not None
    assert toy.job.last_error.code == "delivery-refused"
    assert (toy.ledger.bookings, toy.ledger.reversals) == (["1"], ["1"])
    assert toy.job.steps["book"].state is StepState.UNDONE
    assert not toy.job.irreversible


def calls_of_a_refused_job() -> list[str]:
    """What a job calls that is refused, without any other fault."""
    toy = refused()
    before = len(toy.faults.names)
    toy.settle()
    return toy.faults.names[before:]


FAULTS = [
    Fault.KILLED_BEFORE,
    Fault.KILLED_AFTER,
    Fault.UNAVAILABLE,
    Fault.LOST_REQUEST,
    Fault.LOST_ANSWER,
]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("number", range(len(calls_of_a_refused_job())))
def test_one_fault_at_every_call(number: int, fault: Fault) -> None:
    """One reversal for one booking: never two, never none."""
    toy = refused()
    toy.faults.plan = {len(toy.faults.names) + number: fault}
    toy.settle()
    assert toy.job.status is Status.FAILED
    assert len(toy.ledger.bookings) == len(toy.ledger.reversals) <= 1
    assert toy.job.steps["book"].state is StepState.UNDONE
    assert set(toy.reports) == {"failed"}


def test_a_compensation_waits_for_its_upstream_as_long_as_it_takes() -> None:
    toy = refused()
    looks: list[str] = []

    def down(name: str) -> Fault | None:
        if name == "ledger reverse":
            looks.append(name)
        return Fault.UNAVAILABLE if name == "ledger reverse" and len(looks) < 20 else None

    toy.faults.always = down
    toy.settle()
    assert (toy.job.status, toy.ledger.reversals) == (Status.FAILED, ["1"])


def test_a_compensation_that_is_refused_is_kept_for_a_person() -> None:
    toy = refused()
    toy.ledger.refuses_reversal = True
    toy.settle()
    assert toy.job.status is Status.FAILED
    assert toy.job.steps["book"].state is StepState.KEPT
    assert ("compensation-refused", "book") in [
        (event.kind, event.detail) for _, event in toy.store.events
    ]


def test_what_could_not_be_undone_is_not_done_again_by_the_next_attempt() -> None:
    toy = refused()
    toy.ledger.refuses_reversal = True
    toy.settle()
    toy.ledger.refuses = False
    toy.ask("2")
    toy.settle()
    assert toy.job.status is Status.SUCCEEDED
    assert (toy.ledger.bookings, toy.ledger.reversals) == (["1"], [])


def test_refused_credentials_do_not_end_a_compensation() -> None:
    toy = refused()
    answers = [Unauthorized("ledger", "reverse", "wrong key")]

    def locked(name: str) -> None:
        if name == "ledger reverse" and answers:
            raise answers.pop()

    toy.faults.always = locked
    toy.settle()
    assert (toy.job.status, toy.ledger.reversals) == (Status.FAILED, ["1"])


def test_a_new_attempt_does_again_what_was_undone() -> None:
    toy = refused()
    toy.settle()
    toy.ledger.refuses = False
    toy.ledger.bookings.clear()
    toy.ask("2")
    toy.settle()
    assert toy.job.status is Status.SUCCEEDED
    assert (toy.ledger.bookings, toy.ledger.deliveries) == (["1"], ["1"])


def test_two_callers_with_the_same_key_never_meet() -> None:
    toy = Toy()
    mine, theirs = toy.ask("1", "customer-a", "1"), toy.ask("1", "customer-b", "2")
    assert (mine.outcome, theirs.outcome) == ("accepted", "accepted")
    assert len(toy.store.jobs) == 2
    assert TOY_JOB in toy.store.jobs
