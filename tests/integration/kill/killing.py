"""Finding out what a worker does, and killing it in the middle of that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.integration.kill.calls import Call, Strike
from tests.integration.kill.exactly_once import assert_exactly_once
from tests.integration.kill.holds import Hold, hold
from tests.integration.kill.lanes import Lane
from tests.integration.kill.points import Held, Phase, Point
from tests.integration.kill.provisioning import Provisioning
from tests.integration.kill.shapes import Shape


def untroubled(
    lane: Lane, shape: Shape, whmcs: Mapping[str, Any] | None = None
) -> tuple[Provisioning, list[Call]]:
    """A run in which nothing happens, and its calls."""
    world = Provisioning(lane, shape, whmcs)
    calls = world.deliver(record=True).calls
    assert_exactly_once(world)
    return world, calls


def kill_at(world: Provisioning, point: Point) -> None:
    """Deliver the message and kill the worker at that point."""
    if point.held is None:
        outcome = world.deliver(strike=Strike(call=point.number, phase=point.phase))
        assert outcome.killed, f"call {point.number} was never made"
        return
    held = held_at(world, point.held, point.phase)
    world.begin()
    assert held.arrived(), "the held call was never made"
    world.worker.kill()
    assert world.finish().killed
    assert held.left(), "the emulator did not notice the hang-up"


def held_at(world: Provisioning, call: Held, phase: Phase) -> Hold:
    """Let the emulator hold that call when it comes."""
    emulator = world.installation.emulators[call.emulator]
    return hold(emulator, call.operation, skip=call.skip, phase=phase)
