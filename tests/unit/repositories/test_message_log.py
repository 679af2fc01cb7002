"""What a log of messages promises: the table and its fake alike."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from portal.domain.lease import LeaseLost, new_lease
from portal.ports.message_log import Claim, Finding, MessageLog, NotClaimed, Progress
from portal.repositories.message_log import DynamoMessageLog

from tests.fakes.message_log import FakeMessageLog
from tests.tables import IDEMPOTENCY, Tables, module_tables, tables

__all__ = ["module_tables", "tables"]

NOW = 1_800_000_000
LEASE = 60


@pytest.fixture(params=["table", "fake"])
def log(request: pytest.FixtureRequest, tables: Tables) -> MessageLog:
    if request.param == "fake":
        return FakeMessageLog()
    return DynamoMessageLog(tables[IDEMPOTENCY], "MAIL")


def claimed(log: MessageLog, *, key: str = "k", now: float = NOW, sent_at: float = NOW) -> Claim:
    found = log.claim(key, new_lease(now, LEASE), now=now, sent_at=sent_at)
    assert isinstance(found, Claim), found
    return found


def found(log: MessageLog, *, now: float = NOW) -> Claim | NotClaimed:
    return log.claim("k", new_lease(now, LEASE), now=now, sent_at=now)


def test_the_first_claim_is_the_first_try(log: MessageLog) -> None:
    assert claimed(log, sent_at=NOW - 5).progress == Progress(sent_at=NOW - 5, runs=1)


def test_who_comes_second_is_told_until_when(log: MessageLog) -> None:
    claimed(log)
    assert found(log, now=NOW + 1) == NotClaimed(Finding.BUSY, NOW + LEASE)
    assert isinstance(found(log, now=NOW + LEASE), Claim)


def test_a_try_that_was_interrupted_counts(log: MessageLog) -> None:
    claimed(log, sent_at=NOW - 9)
    again = claimed(log, now=NOW + LEASE, sent_at=NOW)
    assert again.progress == Progress(sent_at=NOW - 9, runs=2)


def test_what_is_done_stays_done(log: MessageLog) -> None:
    log.done(claimed(log), "sent", "message-1")
    assert found(log, now=NOW + 10 * LEASE) == NotClaimed(Finding.DONE)


def test_what_may_have_been_sent_is_in_doubt_once_its_lease_has_ended(log: MessageLog) -> None:
    log.sending(claimed(log))
    assert found(log) == NotClaimed(Finding.BUSY, NOW + LEASE)
    assert found(log, now=NOW + LEASE) == NotClaimed(Finding.IN_DOUBT)


@pytest.mark.parametrize("after_the_intent", [False, True])
def test_a_wait_keeps_what_is_told_and_ends_in_time(
    log: MessageLog, *, after_the_intent: bool
) -> None:
    claim = claimed(log)
    if after_the_intent:
        log.sending(claim)
    progress = Progress(sent_at=NOW, runs=0, waits=3, waiting_since=NOW - 100.0)
    log.wait(claim, progress, until=NOW + 30, code="sendgrid-unavailable")
    assert found(log, now=NOW + 29) == NotClaimed(Finding.NOT_YET, NOW + 30)
    again = claimed(log, now=NOW + 30)
    assert again.progress == replace(progress, runs=1)


def test_a_wait_forgets_when_it_began_if_it_is_told_so(log: MessageLog) -> None:
    waiting = Progress(sent_at=NOW, runs=0, waits=1, waiting_since=float(NOW))
    log.wait(claimed(log), waiting, until=NOW, code="x")
    retrying = Progress(sent_at=NOW, runs=1)
    log.wait(claimed(log), retrying, until=NOW, code="x")
    assert claimed(log).progress == replace(retrying, runs=2)


def test_what_is_forgotten_begins_afresh(log: MessageLog) -> None:
    log.forget(claimed(log))
    assert claimed(log, sent_at=NOW + 7).progress == Progress(sent_at=NOW + 7, runs=1)
    log.forget(claimed(log, key="other"))


CHANGES: dict[str, Callable[[MessageLog, Claim], None]] = {
    "sending": lambda log, claim: log.sending(claim),
    "done": lambda log, claim: log.done(claim, "sent"),
    "wait": lambda log, claim: log.wait(claim, claim.progress, until=NOW, code="x"),
    "forget": lambda log, claim: log.forget(claim),
}


@pytest.mark.parametrize("change", CHANGES)
def test_who_lost_the_lease_changes_nothing(log: MessageLog, change: str) -> None:
    late = claimed(log)
    now = claimed(log, now=NOW + LEASE)
    with pytest.raises(LeaseLost):
        CHANGES[change](log, late)
    log.done(now, "sent")
    assert found(log, now=NOW + 9 * LEASE) == NotClaimed(Finding.DONE)


def test_kinds_do_not_share_keys(tables: Tables) -> None:
    mails = DynamoMessageLog(tables[IDEMPOTENCY], "MAIL")
    cases = DynamoMessageLog(tables[IDEMPOTENCY], "CASE")
    mails.done(claimed(mails), "sent")
    assert isinstance(found(cases), Claim)


def test_of_many_at_once_one_gets_the_claim(tables: Tables) -> None:
    log = DynamoMessageLog(tables[IDEMPOTENCY], "MAIL")
    with ThreadPoolExecutor(8) as pool:
        all_found = list(pool.map(lambda _: found(log), range(24)))
    assert sum(isinstance(one, Claim) for one in all_found) == 1
