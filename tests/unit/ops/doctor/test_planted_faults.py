"""Every planted misconfiguration turns exactly its line red, with the way to mend it."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from ops.doctor.checks import CHECKS
from ops.doctor.model import Check, Line, Status
from tests.unit.ops.doctor.plants import PLANTS, Plant
from tests.unit.ops.doctor.world import World, statuses

BY_ID = {check.id: check for check in CHECKS}
# These look at what nothing in these worlds can make wrong: TLS, an account without currencies of
# its own, a provider that sends invoices, objects that always exist.
NOT_PLANTED = {
    "portal.encrypted",
    "salesforce.currency",
    "salesforce.objects",
    "esim.balance",
    "esim.webhook",
    "aws.secret-salesforce",
    "aws.secret-signing",
}


def dependants(line: str, checks: Iterable[Check] = CHECKS) -> set[str]:
    """The checks that cannot be made when a line is red."""
    blocked = {line}
    for check in checks:
        if blocked & set(check.needs):
            blocked.add(check.id)
    return blocked - {line}


def line_of(lines: list[Line], check_id: str) -> Line:
    return next(line for line in lines if line.check.id == check_id)


def test_a_sound_installation_is_green(world: World) -> None:
    lines = world.examine()
    assert [
        f"{line.check.id}: {line.finding}" for line in lines if line.finding.status != "ok"
    ] == []


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_one_line_turns_red(world: World, plant: Plant) -> None:
    plant.plant(world)
    lines = world.examine()
    seen = [f"{line.check.id}: {line.finding}" for line in lines if line.finding.status != "ok"]
    bad = Status.WARNING if plant.warns else Status.WRONG
    assert statuses(lines, Status.WRONG, Status.WARNING, Status.UNKNOWN) == {plant.line}, seen
    assert line_of(lines, plant.line).finding.status is bad
    assert plant.remedy in line_of(lines, plant.line).finding.remedy
    skipped = statuses(lines, Status.SKIPPED)
    assert skipped == (set() if plant.warns else dependants(plant.line))


def test_every_line_can_turn_red() -> None:
    planted = {plant.line for plant in PLANTS}
    actions = {check for check in BY_ID if check.startswith("whmcs.action-")}
    assert BY_ID.keys() - planted - actions == NOT_PLANTED
    assert len(PLANTS) >= 40
