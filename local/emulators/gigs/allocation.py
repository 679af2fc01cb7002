"""Selects the SIM of a new subscription or of a reissue.

Documented: `auto` (a new eSIM), `preferLastUsed` with its conditions, the ids of SIMs of the
project, the placeholder test SIMs with their delays, `simAlreadyUsed` and
`subscriptionChangeProviderMismatch`. Delays of "up to 60 seconds" are 30 here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from local.emulators.gigs.core import Call, in_body
from local.emulators.gigs.errors import invalid
from local.emulators.gigs.lifecycle import OPEN
from local.emulators.gigs.records import Due, Project, Sim
from local.emulators.gigs.switches import Pace

AUTO = "auto"
PREFER_LAST_USED = "preferLastUsed"
REUSABLE = timedelta(days=90)
TEST_PROVIDERS = frozenset({"test", "t11", "t12"})
HOUR = 3600
DELAYS = {
    "": 0,
    "_delayed_up_to_one_min": 30,
    "_delayed_four_hours": 4 * HOUR,
    "_delayed_twenty_four_hours": 24 * HOUR,
}
PLACEHOLDERS = {
    f"sim_test_{type_.lower()}{suffix}": (type_, seconds)
    for type_ in ("eSIM", "pSIM")
    for suffix, seconds in DELAYS.items()
}


@dataclass(frozen=True)
class Allocation:
    """The SIM (None: allocated on activation), whether answers show it, and the pace."""

    sim: Sim | None
    shown: bool
    due: Due


def allocate(
    call: Call, plan: dict[str, Any], user: str, wanted: str | None, *, pace: Pace, shown: bool
) -> Allocation:
    """Return the SIM to use. Raises ApiError. `shown`: a new one is shown while pending."""
    due = call.core.due(pace)
    if wanted in PLACEHOLDERS:
        return _placeholder(call, plan, user, wanted)
    if wanted == PREFER_LAST_USED:
        last = _last_used(call, plan, user)
        if last is not None:
            return Allocation(last, True, due)
        wanted = AUTO
    if wanted not in {None, AUTO}:
        sim = in_body(call.project.sims, str(wanted), "sim")
        _check_existing(call.project, plan, sim)
        sim.user = user
        return Allocation(sim, True, due)
    _check_type(plan, "eSIM")
    if not shown:
        return Allocation(None, False, due)
    return Allocation(call.core.new_sim(call.project, plan["provider"], user, "eSIM"), True, due)


def in_use(project: Project, sim: Sim) -> bool:
    """Whether a subscription that has not ended, or an open change, holds the SIM."""
    return any(
        s.sim == sim.id and s.status != "ended" for s in project.subscriptions.values()
    ) or any(c.sim == sim.id and c.status in OPEN for c in project.changes.values())


def _placeholder(call: Call, plan: dict[str, Any], user: str, wanted: str) -> Allocation:
    type_, seconds = PLACEHOLDERS[wanted]
    _check_type(plan, type_)
    if plan["provider"] not in TEST_PROVIDERS:
        raise invalid("Test SIMs can only be used with plans of a test provider.")
    sim = call.core.new_sim(call.project, plan["provider"], user, type_)
    at = call.core.now() + timedelta(seconds=seconds)
    return Allocation(sim, True, Due("after_seconds", at=at))


def _last_used(call: Call, plan: dict[str, Any], user: str) -> Sim | None:
    for subscription in call.project.subscriptions.newest_first():
        ended = subscription.ended_at
        if subscription.user != user or subscription.sim is None or ended is None:
            continue
        sim = call.project.sims[subscription.sim]
        fits = sim.provider == plan["provider"] and sim.type in plan["simTypes"]
        recent = call.core.now() - ended <= REUSABLE
        if recent and fits and sim.status == "inactive" and not in_use(call.project, sim):
            return sim
    return None


def _check_existing(project: Project, plan: dict[str, Any], sim: Sim) -> None:
    if sim.status != "inactive" or in_use(project, sim):
        raise invalid("The SIM is already in use.", code="simAlreadyUsed")
    if sim.provider != plan["provider"]:
        raise invalid(
            "The provider of the SIM does not match the plan's.",
            code="subscriptionChangeProviderMismatch",
        )
    _check_type(plan, sim.type)


def _check_type(plan: dict[str, Any], type_: str) -> None:
    if type_ not in plan["simTypes"]:
        raise invalid(f"The plan does not support SIMs of type {type_}.")
