"""Plans and add-ons, which come from the seed and are read-only. Gigs' dashboard makes them."""

from __future__ import annotations

from typing import Any

from local.emulators.gigs.core import Answer, Call, in_path
from local.emulators.gigs.inputs import ListAddons, ListPlans, NoQuery
from local.emulators.gigs.listing import paginate
from local.emulators.gigs.strict import read_choices, read_query

PLAN_STATUSES = {"available", "archived", "pending", "draft"}
ADDON_STATUSES = {"draft", "available", "archived"}


def list_plans(call: Call) -> Answer:
    """`GET plans`."""
    query = read_query(call.query, ListPlans)
    statuses = read_choices(query.status, PLAN_STATUSES, "status")
    found = [
        plan
        for plan in call.project.plans.newest_first()
        if (statuses is None or plan["status"] in statuses)
        and (query.simType is None or query.simType in plan["simTypes"])
    ]
    return 200, paginate(found, query, _as_is)


def get_plan(call: Call) -> Answer:
    """`GET plans/{plan}`."""
    plan = in_path(call.project.plans, call.path["plan"], "plan")
    read_query(call.query, NoQuery)
    return 200, plan


def list_addons(call: Call) -> Answer:
    """`GET addons`."""
    query = read_query(call.query, ListAddons)
    statuses = read_choices(query.status, ADDON_STATUSES, "status")
    found = [
        addon
        for addon in call.project.addons.newest_first()
        if (statuses is None or addon["status"] in statuses)
        and (query.type is None or addon["type"] == query.type)
        and (query.plan is None or query.plan in addon["plans"])
        and (query.provider is None or addon["provider"] == query.provider)
        and (query.coverageCountry is None or query.coverageCountry in _countries(addon))
    ]
    return 200, paginate(found, query, _as_is)


def get_addon(call: Call) -> Answer:
    """`GET addons/{addon}`."""
    addon = in_path(call.project.addons, call.path["addon"], "add-on")
    read_query(call.query, NoQuery)
    return 200, addon


def _countries(product: dict[str, Any]) -> list[str]:
    return list((product["coverage"] or {}).get("countries", []))


def _as_is(record: dict[str, Any]) -> dict[str, Any]:
    return record
