"""Work that is recorded: who does it, and what a broken record means."""

from __future__ import annotations

from dataclasses import replace

import pytest
from portal.domain.lease import LeaseLost, new_lease
from portal.domain.upstream import OutcomeUnknown, Refused, Unavailable
from portal.ports.message_log import Claim, Finding, NotClaimed, Progress
from portal.queues.backoff import Policy
from portal.queues.recorded_work import LEASE_MARGIN, Ending, RecordedWork
from portal.queues.verdict import ACK, DEAD_LETTER, Action, Verdict

from tests.fakes.clock import FakeClock
from tests.fakes.message_log import FakeMessageLog

POLICY = Policy(max_retries=2, patience=3_600.0, jitter=lambda low, _: low)


class Bench:
    """One key, its record, and work that does what it is told."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.log = FakeMessageLog()
        self.doubts: list[str] = []
        self.recorded = RecordedWork(self.log, POLICY, self.doubts.append, self.clock)
        self.claims: list[Claim] = []

    def run(self, error: Exception | None = None, ending: Ending | None = None) -> Verdict:
        def work(claim: Claim) -> Ending:
            self.claims.append(claim)
            if error is not None:
                raise error
            return ending or Ending("sent")

        return self.recorded.run("k", work, sent_at=self.clock(), seconds_left=50.0)

    def taken(self) -> Claim:
        """Another worker's claim."""
        now = self.clock()
        found = self.log.claim("k", new_lease(now, 60), now=now, sent_at=now)
        assert isinstance(found, Claim)
        return found


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_the_lease_outlasts_the_invocation(bench: Bench) -> None:
    bench.run()
    assert bench.claims[0].lease.until == int(bench.clock() + 50 + LEASE_MARGIN)


def test_what_is_done_is_acknowledged_without_work(bench: Bench) -> None:
    assert bench.run() == bench.run() == ACK
    assert len(bench.claims) == 1


def test_what_was_not_remembered_may_be_asked_for_again(bench: Bench) -> None:
    dropped = Ending("dropped", remembered=False)
    assert bench.run(ending=dropped) == bench.run() == ACK
    assert len(bench.claims) == 2


def test_a_message_outlives_the_worker_that_holds_its_lease(bench: Bench) -> None:
    bench.taken()
    assert bench.run() == Verdict(Action.REQUEUE, 61.0)
    bench.clock.advance(61)
    assert bench.run() == ACK


def test_a_message_that_comes_too_early_is_parked(bench: Bench) -> None:
    claim = bench.taken()
    bench.log.wait(claim, claim.progress, until=bench.clock() + 5_000, code="x")
    assert bench.run() == Verdict(Action.PARK, 900)
    assert bench.claims == []


def test_an_effect_in_doubt_is_told_and_left_alone(bench: Bench) -> None:
    bench.log.sending(bench.taken())
    bench.clock.advance(61)
    assert bench.run() == ACK
    assert (bench.doubts, bench.claims) == (["k"], [])


def test_runs_are_counted_until_they_are_used_up(bench: Bench) -> None:
    verdicts = []
    for _ in range(3):
        verdicts.append(bench.run(KeyError("x")))
        bench.clock.advance(1_000)
    assert [verdict.action for verdict in verdicts] == [Action.RETRY, Action.RETRY, "dead-letter"]
    assert verdicts[1].delay > verdicts[0].delay
    assert bench.log.records == {}


def test_interrupted_runs_count_and_a_message_that_is_back_begins_afresh(bench: Bench) -> None:
    for _ in range(3):
        bench.taken()
        bench.clock.advance(61)
    assert bench.run(KeyError("x")).action is Action.RETRY
    assert bench.claims[0].progress.runs == 1


def test_waiting_costs_no_try(bench: Bench) -> None:
    for _ in range(8):
        verdict = bench.run(Unavailable("x", "y", "z"))
        assert verdict.action is Action.PARK
        bench.clock.advance(verdict.delay)
    assert bench.claims[-1].progress.runs == 1
    assert bench.claims[-1].progress.waits == 7


def test_patience_ends(bench: Bench) -> None:
    bench.run(Unavailable("x", "y", "z"))
    bench.clock.advance(3_601)
    assert bench.run(Unavailable("x", "y", "z")) == DEAD_LETTER


@pytest.mark.parametrize(
    ("error", "action"),
    [(Unavailable("dynamodb", "u", "x"), "requeue"), (Refused("dynamodb", "u", "x"), "retry")],
)
def test_a_claim_that_cannot_be_made(bench: Bench, error: Exception, action: str) -> None:
    class Broken(FakeMessageLog):
        def claim(self, *args: object, **kwargs: object) -> Claim | NotClaimed:
            raise error

    bench.recorded = replace(bench.recorded, log=Broken())
    verdict = bench.run()
    assert (verdict.action, bench.claims) == (action, [])


def test_who_was_overtaken_leaves_the_message_to_the_other(bench: Bench) -> None:
    assert bench.run(LeaseLost()).action is Action.REQUEUE


@pytest.mark.parametrize("error", [LeaseLost(), OutcomeUnknown("dynamodb", "UpdateItem", "")])
def test_a_record_that_cannot_be_written_keeps_the_message(bench: Bench, error: Exception) -> None:
    class Broken(FakeMessageLog):
        def wait(self, *args: object, **kwargs: object) -> None:
            raise error

    log = Broken()
    bench.recorded = replace(bench.recorded, log=log)
    assert bench.run(Unavailable("x", "y", "z")).action is Action.RETRY
    # The lease runs out, and the message is worked on again.
    bench.clock.advance(100)
    found = log.claim("k", new_lease(bench.clock(), 60), now=bench.clock(), sent_at=0)
    assert isinstance(found, Claim)
    assert found.progress == Progress(sent_at=bench.claims[0].progress.sent_at, runs=2)


def test_an_answer_that_is_lost_after_the_effect_leaves_it_in_doubt(bench: Bench) -> None:
    class Forgetful(FakeMessageLog):
        def done(self, *args: object, **kwargs: object) -> None:
            raise Unavailable("dynamodb", "UpdateItem", "")

        def wait(self, *args: object, **kwargs: object) -> None:
            raise Unavailable("dynamodb", "UpdateItem", "")

    log = Forgetful()
    bench.recorded = replace(bench.recorded, log=log)

    def work(claim: Claim) -> Ending:
        log.sending(claim)
        return Ending("sent")

    bench.recorded.run("k", work, sent_at=0, seconds_left=50)
    bench.clock.advance(100)
    now = bench.clock()
    found = log.claim("k", new_lease(now, 60), now=now, sent_at=0)
    assert found == NotClaimed(Finding.IN_DOUBT)


@pytest.mark.parametrize("error", [Unavailable, OutcomeUnknown, Refused])
def test_work_whose_success_cannot_be_recorded_is_not_done_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, error: type[Unavailable]
) -> None:
    """Only the record of success fails; every other write goes through."""
    sent: list[str] = []

    def work(claim: Claim) -> Ending:
        bench.log.sending(claim)
        sent.append(claim.key)
        return Ending("sent")

    def refuse(*_: object, **__: object) -> None:
        raise error("dynamodb", "UpdateItem", "no")

    with monkeypatch.context() as broken:
        broken.setattr(bench.log, "done", refuse)
        first = bench.recorded.run("k", work, sent_at=bench.clock(), seconds_left=50.0)
    assert first.action is Action.RETRY
    bench.clock.advance(3_600)
    assert bench.recorded.run("k", work, sent_at=0.0, seconds_left=50.0) == ACK
    assert (sent, bench.doubts) == (["k"], ["k"])
