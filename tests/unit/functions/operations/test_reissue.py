"""A reissue: one new profile whatever goes wrong, and what becomes of the old one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import pytest
from portal.domain.esim import LineState, ProfileState
from portal.domain.mail import MailTemplate
from portal.domain.problems import Problem
from portal.engine.model import Task
from portal.engine.states import Status

from tests.fakes.faults import Fault
from tests.fakes.reissues import OLD_ICCID
from tests.fakes.topups import LINE_ID
from tests.unit.functions.operations.reissue_world import (
    ORDER_ID,
    PRODUCT,
    SISTER,
    Mode,
    ReissueWorld,
    assert_exactly_one,
)
from tests.unit.functions.operations.world import LINE

MODES = get_args(Mode)
EVERY_MODE = pytest.mark.parametrize("mode", MODES)


def asked(mode: Mode = "same-line", *, installed: bool = True) -> ReissueWorld:
    world = ReissueWorld(mode, installed=installed)
    world.ask()
    world.faults.names.clear()
    return world


@EVERY_MODE
def test_one_new_profile_that_everybody_knows(mode: Mode) -> None:
    world = asked(mode)
    world.settle()
    assert_exactly_one(world)


@pytest.mark.parametrize(("mode", "provider"), [("same-line", 2), ("replacement-order", 3)])
def test_what_it_costs_the_other_systems(mode: Mode, provider: int) -> None:
    """A replacement costs the end of the old line besides."""
    world = asked(mode)
    world.settle()
    counts = {name: world.faults.count(name) for name in ("esim", "whmcs", "salesforce")}
    assert counts == {"esim": provider, "whmcs": 2, "salesforce": 1}


def test_a_replaced_line_has_ended() -> None:
    world = asked("replacement-order")
    world.settle()
    assert world.esim.lines[LINE_ID].state is LineState.ENDED
    assert world.line.line_id == "new_1"


def test_a_code_that_no_phone_has_used_is_sent_again() -> None:
    for mode in MODES:
        world = asked(mode, installed=False)
        world.settle()
        assert world.job().status is Status.SUCCEEDED
        assert world.esim.made() == 0
        assert not any(world.faults.count(name) for name in ("esim", "whmcs", "salesforce"))
        (mail,) = world.mail_queue.jobs
        assert (mail.template, mail.parameters) == (
            MailTemplate.ESIM_SENT_AGAIN,
            {
                "lineId": LINE_ID,
                "subscriptionId": LINE.service_id,
                "productName": PRODUCT,
                "iccidEnding": "0001",
            },
        )
        assert world.orders.orders == {ORDER_ID: f"{OLD_ICCID},{SISTER}"}


def trouble(mode: Mode) -> Iterator[int]:
    world = asked(mode)
    world.settle()
    assert_exactly_one(world)
    yield from range(len(world.faults.names))


@pytest.mark.parametrize("fault", list(Fault))
@pytest.mark.parametrize(("mode", "number"), [(m, n) for m in MODES for n in trouble(m)])
def test_one_thing_goes_wrong(mode: Mode, number: int, fault: Fault) -> None:
    world = asked(mode)
    world.faults.plan[number] = fault
    world.settle()
    world.faults.plan.clear()
    assert_exactly_one(world)
    assert world.ask().replayed
    world.clock.now += 100_000
    while world.work():
        pass
    assert_exactly_one(world)


@EVERY_MODE
def test_a_slow_reissue_is_waited_for_and_told_to_the_events(mode: Mode) -> None:
    world = asked(mode)
    world.esim.looks_needed = 6
    world.settle()
    assert_exactly_one(world)
    handles = {handle for _, handle in world.waits.tasks}
    assert handles == {LINE_ID, "sch_1" if mode == "same-line" else "order:1"}
    assert set(world.waits.tasks.values()) == {Task(world.job().id, 1)}


@EVERY_MODE
def test_a_refusal_leaves_the_old_profile_and_costs_no_reissue(mode: Mode) -> None:
    world = asked(mode)
    world.esim.refuses = True
    world.settle()
    job = world.job()
    assert (job.status, job.last_error and job.last_error.code) == (Status.FAILED, "esim-refused")
    assert world.line == LINE
    assert world.mail_queue.jobs == []
    assert world.notes.iccids == {}
    assert world.reissues.since(LINE.service_id, 0) == 0


def test_a_change_that_the_provider_ends_is_told_so() -> None:
    world = asked()
    world.esim.ends_it = True
    world.settle()
    error = world.job().last_error
    assert error is not None
    assert error.code == "reissue-failed"
    assert world.mail_queue.jobs == []


def test_what_stops_later_sends_the_code_all_the_same() -> None:
    world = asked("replacement-order")
    world.notes.missing = True
    world.settle()
    error = world.job().last_error
    assert error is not None
    assert error.code == "service-missing"
    mail, _ = {job.dedup_key: job for job in world.mail_queue.jobs}.values()
    assert mail.parameters["lineId"] == "new_1"
    assert world.line.line_id == "new_1"


def test_one_operation_at_a_time_works_on_a_line() -> None:
    world = asked()
    with pytest.raises(Problem) as caught:
        world.ask("key-2")
    assert caught.value.type.slug == "operation-in-progress"
    world.settle()
    assert_exactly_one(world)
    world.ask("key-2")
    world.settle()
    assert world.esim.made() == 2


def test_an_operation_that_waited_for_hours_looks_again() -> None:
    world = asked()
    world.queue.messages.clear()
    world.clock.now += 7_200
    world.esim.end_line(LINE_ID)
    world.settle()
    error = world.job().last_error
    assert error is not None
    assert error.code == "line-not-active"
    assert world.esim.made() == 0


def test_a_code_that_was_used_meanwhile_is_not_sent_again() -> None:
    world = asked(installed=False)
    world.queue.messages.clear()
    world.clock.now += 7_200
    world.esim.profiles[LINE_ID] = ProfileState.ENABLED
    world.settle()
    error = world.job().last_error
    assert error is not None
    assert error.code == "line-changed"
    assert world.mail_queue.jobs == []


@EVERY_MODE
def test_an_operator_can_cancel_before_anything_was_asked_for(mode: Mode) -> None:
    world = asked(mode)
    assert world.cancel() is not None
    world.settle()
    assert world.job().status is Status.CANCELLED
    assert world.esim.made() == 0
