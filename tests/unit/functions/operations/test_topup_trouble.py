"""One thing goes wrong, at every point where something can: never two charges, never two top-ups,
never a charge without the data or the credit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

import pytest
from portal.engine.states import Status

from tests.fakes.faults import Fault
from tests.fakes.topups import Shape
from tests.unit.functions.operations.world import World, assert_settled

SHAPES = get_args(Shape)


def delivering(shape: Shape) -> World:
    """Nothing is wrong with anybody."""
    return asked(World(shape))


def refunding(shape: Shape) -> World:
    """The provider refuses for good after the payment."""
    made = World(shape)
    made.provider.refuses = True
    return asked(made)


def declining(shape: Shape) -> World:
    """The gateway refuses."""
    made = World(shape)
    made.books.gateway = "declines"
    return asked(made)


def asked(world: World) -> World:
    world.ask()
    world.faults.names.clear()
    return world


Scene = Callable[[Shape], World]
SCENES: dict[str, tuple[Scene, Status]] = {
    "delivering": (delivering, Status.SUCCEEDED),
    "refunding": (refunding, Status.FAILED),
    "declining": (declining, Status.FAILED),
}


def calls(scene: Scene, shape: Shape, end: Status) -> list[str]:
    """The calls of an untroubled run."""
    untroubled = scene(shape)
    untroubled.settle()
    assert_settled(untroubled)
    assert untroubled.job().status is end
    return untroubled.faults.names


EVERYWHERE = [
    pytest.param(name, shape, number, id=f"{name}-{shape}-{number}-{call}")
    for name, (scene, end) in SCENES.items()
    for shape in SHAPES
    for number, call in enumerate(calls(scene, shape, end))
]


def settle_and_check(made: World) -> None:
    made.settle()
    assert_settled(made)
    made.faults.plan.clear()
    before = (made.books.received, made.books.credited, len(made.provider.bought))
    assert made.ask().replayed
    made.clock.now += 100_000
    while made.work():
        pass
    assert (made.books.received, made.books.credited, len(made.provider.bought)) == before


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize(("name", "shape", "number"), EVERYWHERE)
def test_once(name: str, shape: Shape, number: int, fault: Fault) -> None:
    scene, end = SCENES[name]
    made = scene(shape)
    made.faults.plan = {number: fault}
    settle_and_check(made)
    assert made.job().status is end


@pytest.mark.parametrize("fault", [Fault.KILLED_AFTER, Fault.LOST_ANSWER, Fault.LOST_REQUEST])
@pytest.mark.parametrize(("name", "shape", "number"), EVERYWHERE)
def test_and_the_next_run_too(name: str, shape: Shape, number: int, fault: Fault) -> None:
    made = SCENES[name][0](shape)
    made.faults.plan = {number: fault, number + 3: Fault.KILLED_AFTER, number + 7: Fault.DOWN}
    settle_and_check(made)


@pytest.mark.parametrize(("name", "shape", "number"), EVERYWHERE)
def test_a_second_worker_in_the_middle(name: str, shape: Shape, number: int) -> None:
    """While one worker is in a call, the message is delivered to another one as well."""
    made = SCENES[name][0](shape)
    entered = False

    def intrude(_: str) -> None:
        nonlocal entered
        if entered or len(made.faults.names) != number + 1:
            return
        entered = True
        made.deliver_again()
        made.work()

    made.faults.always = intrude
    settle_and_check(made)
    assert entered
