"""POST /subscriptions/{id}/reissue-esim: who may have a line reissued, and what it costs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from portal.domain.client_service import ServiceStatus
from portal.domain.esim import LineState, ProfileState
from portal.subscriptions.lines import Lines
from portal.subscriptions.reissue_limit import PERIOD_SECONDS, ReissueLimit

from functions.operations import start_reissue
from functions.operations.deps import StartReissueDeps, build_start_reissue
from functions.operations.reissue.asking import Reissuing
from tests.events import USER_ID, Answer, call, claims, rest_event
from tests.fakes.directory import FakeDirectory, customer
from tests.fakes.subscriptions import FakeClientServices, service
from tests.fakes.topups import LINE_ID
from tests.unit.functions.operations.reissue_world import Mode, ReissueWorld
from tests.unit.functions.operations.world import LINE

PATH = f"/subscriptions/{LINE.service_id}/reissue-esim"
BODY = {"reason": "lost", "confirmLoss": True}


class Stage:
    """The endpoint over the world of reissues."""

    def __init__(self, mode: Mode = "same-line") -> None:
        self.world = ReissueWorld(mode)
        self.services = FakeClientServices(
            service(LINE.service_id), service(78), service(79, client_id=43)
        )
        limit = ReissueLimit(self.world.reissues, 2, self.world.clock)
        deps = StartReissueDeps(
            directory=FakeDirectory(customer()),
            reissuing=Reissuing(
                self.services, Lines(self.world.lines, self.world.esim, limit.left)
            ),
            operations=self.world.operations(),
        )
        start_reissue.app.override(build_start_reissue, lambda: deps)

    def ask(
        self, body: Any = BODY, *, key: str = "key-1", path: str = PATH, age: int = 10
    ) -> Answer:
        """Ask, `age` seconds after signing in."""
        user = claims(auth_time=str(int(time.time()) - age))
        headers = {"Idempotency-Key": key} if key else {}
        return call(
            start_reissue.handler, rest_event("POST", path, body=body, headers=headers, user=user)
        )


@pytest.fixture
def stage() -> Iterator[Stage]:
    yield Stage()
    start_reissue.app.resolver.dependency_overrides.clear()


@pytest.fixture
def selling() -> Iterator[Stage]:
    """A provider that sells another line instead."""
    yield Stage("replacement-order")
    start_reissue.app.resolver.dependency_overrides.clear()


def slug(answer: Answer) -> str:
    return str(answer.json()["type"].rsplit("/")[-1])


def test_an_operation_is_begun(stage: Stage) -> None:
    answer = stage.ask()
    assert answer.status == 202
    view = answer.json()
    assert (view["kind"], view["status"], view["subscriptionId"]) == ("reissue", "pending", "77")
    assert answer.headers["location"] == f"/api/operations/{view['operationId']}"
    assert [step["step"] for step in view["steps"]][2] == "reissue"
    stage.world.settle()
    assert stage.world.esim.made() == 1


def test_the_same_request_is_the_same_operation_also_when_the_sign_in_has_aged(
    stage: Stage,
) -> None:
    first = stage.ask().json()["operationId"]
    again = stage.ask(age=4_000)
    assert (again.status, again.json()["operationId"]) == (202, first)
    assert again.headers["idempotency-replayed"] == "true"
    stage.world.settle()
    assert stage.ask(age=4_000).json()["status"] == "succeeded"
    assert stage.world.esim.made() == 1


def test_another_request_needs_another_key(stage: Stage) -> None:
    stage.ask()
    assert slug(stage.ask({"reason": "broken"})) == "idempotency-key-reused"


@pytest.mark.parametrize("age", [301, 86_400])
def test_the_password_must_have_been_given_just_now(stage: Stage, age: int) -> None:
    answer = stage.ask(age=age)
    assert (answer.status, slug(answer)) == (401, "reauthentication-required")
    assert stage.world.store.jobs == {}


@pytest.mark.parametrize("number", [79, 999])
def test_what_is_not_the_callers_does_not_exist(stage: Stage, number: int) -> None:
    answer = stage.ask(path=f"/subscriptions/{number}/reissue-esim")
    assert (answer.status, slug(answer)) == (404, "not-found")
    assert answer.json()["detail"] == "You have no eSIM of that number."


def test_a_service_without_an_esim_cannot_be_reissued(stage: Stage) -> None:
    assert slug(stage.ask(path="/subscriptions/78/reissue-esim")) == "not-found"


@pytest.mark.parametrize(
    "body", [{}, {"reason": "because"}, {"reason": "lost", "confirmLoss": "yes"}, {**BODY, "x": 1}]
)
def test_bodies_that_are_none(stage: Stage, body: Any) -> None:
    assert stage.ask(body).status == 422


def test_a_key_is_needed(stage: Stage) -> None:
    assert slug(stage.ask(key="")) == "idempotency-key-missing"


def test_another_operation_on_the_line_is_in_the_way(stage: Stage) -> None:
    stage.ask()
    answer = stage.ask(key="key-2")
    assert (answer.status, slug(answer)) == (409, "operation-in-progress")


def test_so_many_in_thirty_days_and_no_more(stage: Stage) -> None:
    for key in ("key-1", "key-2"):
        assert stage.ask(key=key).status == 202
        stage.world.settle()
    answer = stage.ask(key="key-3")
    assert (slug(answer), answer.json()["reason"]) == (
        "reissue-unavailable",
        "reissue-limit-reached",
    )
    stage.world.clock.now += PERIOD_SECONDS + 1
    assert stage.ask(key="key-4").status == 202


def test_a_refusal_of_the_provider_does_not_count(stage: Stage) -> None:
    stage.world.esim.refuses = True
    for key in ("key-1", "key-2", "key-3"):
        assert stage.ask(key=key).status == 202
        stage.world.settle()
    stage.world.esim.refuses = False
    assert stage.ask(key="key-4").status == 202


@pytest.mark.parametrize(
    ("state", "reason"),
    [(LineState.SUSPENDED, "line-suspended"), (LineState.ENDED, "line-ended")],
)
def test_only_active_lines(stage: Stage, state: LineState, reason: str) -> None:
    lines = stage.world.esim.lines
    lines[LINE_ID] = replace(lines[LINE_ID], state=state)
    assert stage.ask().json()["reason"] == reason


def test_only_active_services(stage: Stage) -> None:
    stage.services.services[0] = service(LINE.service_id, status=ServiceStatus.SUSPENDED)
    assert stage.ask().json()["reason"] == "service-not-active"


def test_what_is_lost_is_said_first(selling: Stage) -> None:
    lines = selling.world.esim.lines
    ends = datetime(2026, 12, 27, tzinfo=UTC)
    lines[LINE_ID] = replace(lines[LINE_ID], expires_at=ends)
    selling.world.esim.used[LINE_ID] = 10**9
    answer = selling.ask({"reason": "lost"})
    assert (answer.status, slug(answer)) == (409, "confirm-loss-required")
    loses = answer.json()["loses"]
    assert loses["validUntil"] == "2026-12-27T00:00:00+00:00"
    assert loses["remainingBytes"] > 0
    assert selling.world.store.jobs == {}
    assert selling.ask().status == 202


def test_nothing_is_lost_where_the_code_is_sent_again(selling: Stage) -> None:
    selling.world.esim.profiles[LINE_ID] = ProfileState.RELEASED
    assert selling.ask({"reason": "lost"}).status == 202
    selling.world.settle()
    assert selling.world.esim.made() == 0


def test_nothing_is_lost_where_the_line_stays(stage: Stage) -> None:
    assert stage.ask({"reason": "new-phone"}).status == 202


def test_the_owner_is_recorded(stage: Stage) -> None:
    stage.ask()
    (job,) = stage.world.store.jobs.values()
    assert job.input["userId"] == USER_ID
