"""The worker is killed at every call that it makes; afterwards everything is there once."""

from __future__ import annotations

import pytest

from tests.integration.kill.calls import Strike
from tests.integration.kill.counting import Tally
from tests.integration.kill.exactly_once import assert_exactly_once
from tests.integration.kill.holds import hold
from tests.integration.kill.installation import Installation
from tests.integration.kill.points import Point, points
from tests.integration.kill.process import Handler
from tests.integration.kill.provisioning import Provisioning
from tests.integration.kill.shapes import SHAPES, Shape

pytestmark = pytest.mark.stack


def killed_at(world: Provisioning, point: Point) -> None:
    """Deliver the message and kill the worker at that point."""
    if point.held is None:
        outcome = world.deliver(strike=Strike(call=point.number, phase=point.phase))
        assert outcome.killed, f"call {point.number} was never made"
        return
    emulator = world.installation.emulators[point.held.emulator]
    held = hold(emulator, point.held.operation, skip=point.held.skip, phase=point.phase)
    world.begin()
    assert held.arrived(), "the held call was never made"
    world.worker.kill()
    assert world.finish().killed
    assert held.left(), "the emulator did not notice the hang-up"


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_once_whatever_is_killed(
    installation: Installation, worker: Handler, cases: Tally, shape: Shape
) -> None:
    untroubled = Provisioning(installation, worker, shape)
    calls = untroubled.deliver().calls
    assert_exactly_once(untroubled)
    for point in points(calls, installation):
        with cases.case("kills", f"{shape.name}: {point.name}"):
            world = Provisioning(installation, worker, shape)
            killed_at(world, point)
            world.settle()
            assert_exactly_once(world)
