"""An operation that stopped half-way is finished after another one has changed the line."""

from __future__ import annotations

from typing import get_args

import pytest
from portal.engine.states import Status
from portal.workflow_kinds import REISSUE, TOPUP

from tests.fakes.faults import Fault
from tests.fakes.topups import GIGABYTE, Shape
from tests.unit.functions.operations.one_line_world import OneLineWorld, assert_one_line

EVERY_SHAPE = pytest.mark.parametrize("shape", get_args(Shape))


@EVERY_SHAPE
def test_a_reissue_that_stopped_is_finished_after_another_one(shape: Shape) -> None:
    """The later reissue counts: its profile stays in all records, and no other line is left."""
    world = OneLineWorld(shape)
    world.notes.missing = True
    world.start(REISSUE, "first")
    world.settle()
    world.notes.missing = False
    world.start(REISSUE, "second")
    world.settle()
    (first,) = world.unfinished()
    assert (first.last_error and first.last_error.code) == "service-missing"
    assert world.start_the_next_attempt(first)
    world.settle()
    assert_one_line(world)
    assert world.line.iccid == world.provider.reissued[-1].iccid


def test_a_top_up_is_looked_for_on_the_line_it_was_bought_for() -> None:
    """Its answer was lost, and somebody else's data hid it. Then the line was replaced."""
    world = OneLineWorld("total")
    lost = iter([Fault.LOST_ANSWER])

    def lose(name: str) -> Fault | None:
        if name != "esim top up":
            return None
        world.provider.foreign_bytes = GIGABYTE
        return next(lost, None)

    world.faults.always = lose
    world.start(TOPUP, "a")
    world.settle()
    (top_up,) = world.unfinished()
    assert (top_up.last_error and top_up.last_error.code) == "esim-outcome-unknown"
    world.provider.foreign_bytes = 0
    world.start(REISSUE, "b")
    world.settle()
    assert world.start_the_next_attempt(top_up)
    world.settle()
    ended = world.operation(TOPUP, "a")
    assert ended is not None
    assert ended.status is Status.SUCCEEDED
    assert len(world.provider.delivered) == 1
    assert_one_line(world)
