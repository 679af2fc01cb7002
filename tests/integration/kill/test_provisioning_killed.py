"""The worker is killed at every call that it makes; afterwards everything is there once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from tests.integration.kill.counting import Tally
from tests.integration.kill.exactly_once import assert_exactly_once
from tests.integration.kill.killing import kill_at, untroubled
from tests.integration.kill.lanes import Case, Lane
from tests.integration.kill.points import Point, points
from tests.integration.kill.provisioning import Provisioning
from tests.integration.kill.shapes import MIXED, NO_ESIM, QUANTITIES, TWO_ESIMS, Shape

pytestmark = pytest.mark.stack

WHMCS_VARIANTS: dict[str, dict[str, Any]] = {
    "notes kept": {"add_order_notes": "kept"},
    "ids as texts, one item no list": {"ids": "strings", "single_items": "object"},
    "oldest order first, empty lists absent": {"orders_order": "oldest", "empty_lists": "absent"},
    "shuffled, empty texts for lists": {"orders_order": "shuffled", "empty_lists": "string"},
    "numbers as ids, a service per piece": {"ids": "numbers", "quantity": "many_services"},
}


def test_every_call_of_an_order_of_all_kinds(lane: Lane, tally: Tally) -> None:
    tally.run("kills", killed_everywhere(lane, MIXED))


@pytest.mark.parametrize("shape", [NO_ESIM, TWO_ESIMS, QUANTITIES], ids=lambda shape: shape.name)
def test_every_call_of_other_orders(lane: Lane, tally: Tally, shape: Shape) -> None:
    tally.run("kills", killed_everywhere(lane, shape, departures=False))


@pytest.mark.parametrize("variant", WHMCS_VARIANTS)
def test_every_call_to_whmcs_in_its_variants(lane: Lane, tally: Tally, variant: str) -> None:
    shape = QUANTITIES if "piece" in variant else NO_ESIM
    switches = WHMCS_VARIANTS[variant]
    tally.run("kills", killed_everywhere(lane, shape, whmcs=switches, only="whmcs", label=variant))


def killed_everywhere(
    lane: Lane,
    shape: Shape,
    *,
    whmcs: dict[str, Any] | None = None,
    departures: bool = True,
    only: str | None = None,
    label: str = "",
) -> Iterator[Case]:
    """A case per point of an untroubled run; `only` one vendor's, when given."""
    _, calls = untroubled(lane, shape, whmcs)
    for point in list(points(calls, lane.installation, departures=departures)):
        if only is None or (point.held is not None and point.held.emulator == only):
            name = f"{label or shape.name}: {point.name}"
            yield name, partial(once_though_killed, shape=shape, whmcs=whmcs, point=point)


def once_though_killed(
    lane: Lane, *, shape: Shape, whmcs: dict[str, Any] | None, point: Point
) -> None:
    """The case itself."""
    world = Provisioning(lane, shape, whmcs)
    kill_at(world, point)
    world.settle()
    assert_exactly_once(world)
