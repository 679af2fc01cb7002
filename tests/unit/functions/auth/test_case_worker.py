"""The case queue's consumer."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from portal.domain.registration import State
from portal.domain.upstream import OutcomeUnknown

from functions.auth import case_worker
from functions.auth.email_cases import EmailCases
from tests.events import FakeContext, sqs_event
from tests.fakes.accounts import account
from tests.unit.functions.auth.world import Sabotage, World


@pytest.fixture
def due(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A signup whose Case is due; its job is in the queue."""
    world.accounts.accounts[0] = account(email="old@example.com")
    assert world.signup().status == 201
    worker = EmailCases(world.identity, world.wire("desk", world.desk), world.clock)
    monkeypatch.setattr(case_worker, "build_email_cases", lambda: worker)
    return world


def deliver(*bodies: Any) -> list[str]:
    answer = case_worker.handler(sqs_event(*bodies), FakeContext())
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def job(world: World) -> dict[str, Any]:
    return world.case_jobs.jobs[0].model_dump(by_alias=True)


def test_the_case_says_what_to_do_and_the_job_nothing_personal(due: World) -> None:
    assert deliver(job(due)) == []
    (case,) = due.desk.cases.values()
    assert case.account_id == "001000000000101AAA"
    assert "taro@example.com" in case.description
    assert len(case.key) <= 64
    assert "@" not in due.case_jobs.jobs[0].model_dump_json()


def test_delivered_twice_it_is_one_case(due: World) -> None:
    assert deliver(job(due), job(due)) == []
    assert len(due.desk.cases) == 1


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_only_what_failed_comes_back(due: World, *, after: bool) -> None:
    lost = OutcomeUnknown("salesforce", "Case create", "")
    due.sabotage = Sabotage("desk", "open", lost, after=after)
    assert deliver(job(due), job(due)) == ["message-0"]
    assert deliver(job(due)) == []
    assert len(due.desk.cases) == 1


def test_an_unreadable_message_comes_back_alone(due: World) -> None:
    assert deliver("{nonsense", {"caseKey": "x"}, job(due)) == ["message-0", "message-1"]
    assert len(due.desk.cases) == 1


def test_a_job_that_overtook_its_mapping_waits(due: World) -> None:
    ((registration_id, record),) = due.identity.records.items()
    due.identity.records[registration_id] = dataclasses.replace(
        record, state=State.RESERVED, lease_until=int(due.clock()) + 30
    )
    assert deliver(job(due)) == ["message-0"]
    due.identity.records[registration_id] = record
    assert deliver(job(due)) == []


def test_a_job_whose_signup_was_undone_or_given_up_is_dropped(due: World) -> None:
    ((registration_id, record),) = due.identity.records.items()
    due.identity.records[registration_id] = dataclasses.replace(
        record, state=State.RESERVED, lease_until=0
    )
    assert deliver(job(due)) == []
    due.identity.records.clear()
    assert deliver(job(due)) == []
    assert due.desk.cases == {}
