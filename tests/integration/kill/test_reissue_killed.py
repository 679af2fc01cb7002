"""The worker is killed at every call of a reissue, with both providers: never two new profiles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import get_args

import pytest

from tests.integration.kill.counting import Tally
from tests.integration.kill.killing import kill_at
from tests.integration.kill.lanes import Case, Lane
from tests.integration.kill.points import Point, points
from tests.integration.kill.reissuing import Reissuing, assert_reissued_once
from tests.integration.kill.topping_up import ProviderName

pytestmark = pytest.mark.stack

LOGIN = "token"
# The request to the provider, and all that follows from the look at it.
DELIVERIES = 2
# docs/reissues.md says why eSIM Access needs three calls.
CALLS = {
    "gigs": {"gigs": 2, "whmcs": 2, "salesforce": 1},
    "esim_access": {"esim_access": 3, "whmcs": 2, "salesforce": 1},
}


@pytest.mark.parametrize("provider", get_args(ProviderName))
def test_every_call_of_a_reissue(lane: Lane, tally: Tally, provider: ProviderName) -> None:
    tally.run("kills of reissues", killed_everywhere(lane, provider))


def killed_everywhere(lane: Lane, provider: ProviderName) -> Iterator[Case]:
    """A case per point of every delivery of an untroubled run."""
    untroubled = Reissuing(lane, provider)
    found: list[tuple[int, Point]] = []
    total: Counter[str] = Counter()
    for delivery in range(DELIVERIES):
        if delivery:
            next_delivery(untroubled)
        calls = untroubled.deliver(record=True).calls
        seen = points(calls, lane.installation, departures=False)
        found += [(delivery, point) for point in seen]
        total.update(made(untroubled))
    assert total == CALLS[provider]
    assert_reissued_once(untroubled)
    for delivery, point in found:
        yield (
            f"reissue, {provider}, delivery {delivery + 1}: {point.name}",
            partial(once_though_killed, provider=provider, delivery=delivery, point=point),
        )


def next_delivery(world: Reissuing) -> None:
    """Let the time pass for which the job waits; the journals start anew."""
    world.wait_until_due()
    for emulator in world.installation.emulators.values():
        emulator.journal.clear()


def made(world: Reissuing) -> dict[str, int]:
    """How many calls each vendor got; logins are not counted."""
    counts = {
        name: sum(call.operation != LOGIN for call in emulator.journal.calls())
        for name, emulator in world.installation.emulators.items()
    }
    return {name: count for name, count in counts.items() if count}


def once_though_killed(lane: Lane, *, provider: ProviderName, delivery: int, point: Point) -> None:
    """The case itself."""
    world = Reissuing(lane, provider)
    for _ in range(delivery):
        world.deliver()
        next_delivery(world)
    kill_at(world, point)
    world.settle()
    assert_reissued_once(world)
