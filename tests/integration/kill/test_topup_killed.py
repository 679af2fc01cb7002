"""The worker is killed at every call that it makes for a top-up, compensation included."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import get_args

import pytest

from tests.integration.kill.counting import Tally
from tests.integration.kill.killing import kill_at
from tests.integration.kill.lanes import Case, Lane
from tests.integration.kill.points import Point, points
from tests.integration.kill.topping_up import (
    DECLINED,
    DELIVERED,
    REFUSED,
    Ending,
    ProviderName,
    ToppingUp,
    assert_settled,
)

pytestmark = pytest.mark.stack

ENDINGS = (DELIVERED, REFUSED, DECLINED)


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.name)
@pytest.mark.parametrize("provider", get_args(ProviderName))
def test_every_call_of_a_top_up(
    lane: Lane, tally: Tally, provider: ProviderName, ending: Ending
) -> None:
    tally.run("top-up kills", killed_everywhere(lane, provider, ending))


def killed_everywhere(lane: Lane, provider: ProviderName, ending: Ending) -> Iterator[Case]:
    """A case per point of an untroubled run."""
    world = ToppingUp(lane, provider, ending)
    calls = world.deliver(record=True).calls
    assert_settled(world)
    for point in list(points(calls, lane.installation, departures=False)):
        name = f"{provider}, {ending.name}: {point.name}"
        yield name, partial(settled_though_killed, provider=provider, ending=ending, point=point)


def settled_though_killed(
    lane: Lane, *, provider: ProviderName, ending: Ending, point: Point
) -> None:
    """The case itself."""
    world = ToppingUp(lane, provider, ending)
    kill_at(world, point)
    world.settle()
    assert_settled(world)
