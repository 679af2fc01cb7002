"""The worker is killed at every call of a reissue, with both providers: never two new profiles."""

from __future__ import annotations

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
# eSIM Access: the order, the look at it, and the end of the old line, which is looked at first.
CALLS = {
    "gigs": {"gigs": 2, "whmcs": 2, "salesforce": 1},
    "esim_access": {"esim_access": 4, "whmcs": 2, "salesforce": 1},
}


@pytest.mark.parametrize("provider", get_args(ProviderName))
def test_every_call_of_a_reissue(lane: Lane, tally: Tally, provider: ProviderName) -> None:
    tally.run("kills of reissues", killed_everywhere(lane, provider))


def killed_everywhere(lane: Lane, provider: ProviderName) -> Iterator[Case]:
    """A case per point of an untroubled run."""
    untroubled = Reissuing(lane, provider)
    calls = untroubled.deliver(record=True).calls
    # Before the check, which calls the provider, too.
    found = list(points(calls, lane.installation, departures=False))
    assert made(untroubled) == CALLS[provider]
    assert_reissued_once(untroubled)
    for point in found:
        yield (
            f"reissue, {provider}: {point.name}",
            partial(once_though_killed, provider=provider, point=point),
        )


def made(world: Reissuing) -> dict[str, int]:
    """How many calls each vendor got; logins are not counted."""
    counts = {
        name: sum(call.operation != LOGIN for call in emulator.journal.calls())
        for name, emulator in world.installation.emulators.items()
    }
    return {name: count for name, count in counts.items() if count}


def once_though_killed(lane: Lane, *, provider: ProviderName, point: Point) -> None:
    """The case itself."""
    world = Reissuing(lane, provider)
    kill_at(world, point)
    world.settle()
    assert_reissued_once(world)
