"""Subscription changes: a reissue (another SIM on the same line) or another plan.

Documented: the request and the object, `sim` and `plan` or both null, `when` (default `renewal`;
SIM changes only `now`), the statuses, `scheduledAt`, consent (`initiated` until the user agrees),
`com.gigs.subscriptionChange.applied`. Assumed: one change carries either a SIM or a plan; only
active subscriptions change; several open changes are not refused (nothing says so); only a change
that is still open can be deleted.
"""

from __future__ import annotations

from local.emulators.gigs import rendering
from local.emulators.gigs.allocation import allocate
from local.emulators.gigs.core import Answer, Call, in_body, in_path
from local.emulators.gigs.errors import invalid, refuse
from local.emulators.gigs.inputs import CreateChange, ListChanges, NoQuery, Nothing
from local.emulators.gigs.lifecycle import OPEN, Lifecycle
from local.emulators.gigs.listing import paginate
from local.emulators.gigs.records import Change, Subscription
from local.emulators.gigs.strict import read_body, read_choices, read_query
from local.emulators.gigs.values import new_id

STATUSES = {"pending", "initiated", "applied", "failed", "deleted"}


def create(call: Call) -> Answer:
    """`POST subscriptionChanges`."""
    read_query(call.query, NoQuery)
    wanted = read_body(call.body, CreateChange)
    if (wanted.sim is None) == (wanted.plan is None):
        raise invalid("Exactly one of the properties sim and plan is needed.")
    if wanted.sim is not None and wanted.when != "now":
        raise invalid('A change of the SIM needs "when": "now".')
    subscription = in_body(call.project.subscriptions, wanted.subscription, "subscription")
    if subscription.status != "active" or subscription.period is None:
        raise invalid("Only an active subscription can be changed.")
    refuse(call.core.switches().refuse_changes)
    now = call.core.now()
    change = Change(
        id=new_id("sch_"),
        subscription=subscription.id,
        requested={"plan": wanted.plan, "sim": wanted.sim, "when": wanted.when},
        created_at=now,
        scheduled_at=now if wanted.when == "now" else subscription.period.end,
        due=call.core.due(call.core.switches().change_application),
    )
    if wanted.plan is not None:
        _plan_change(call, change, subscription, wanted.plan)
    else:
        _sim_change(call, change, subscription, wanted.sim)
    call.project.changes[change.id] = change
    call.core.watch(call.project, change)
    shown = rendering.change(call.project, change)
    call.emit("subscriptionChange.created", shown)
    return 201, shown


def get(call: Call) -> Answer:
    """`GET subscriptionChanges/{change}`; counts as a poll."""
    change = _change(call)
    read_query(call.query, NoQuery)
    change.due.polls_left -= 1
    Lifecycle(call.core).settle()
    return 200, rendering.change(call.project, change)


def list_all(call: Call) -> Answer:
    """`GET subscriptionChanges`."""
    query = read_query(call.query, ListChanges)
    statuses = read_choices(query.status, STATUSES, "status")
    subscriptions = call.project.subscriptions
    found = [
        change
        for change in call.project.changes.newest_first()
        if (statuses is None or change.status in statuses)
        and (query.subscription is None or change.subscription == query.subscription)
        and (query.user is None or subscriptions[change.subscription].user == query.user)
    ]
    return 200, paginate(found, query, lambda c: rendering.change(call.project, c))


def delete(call: Call) -> Answer:
    """`DELETE subscriptionChanges/{change}`."""
    change = _change(call)
    read_query(call.query, NoQuery)
    read_body(call.body, Nothing)
    if change.status not in OPEN:
        raise invalid("Only a pending change can be deleted.")
    change.status = "deleted"
    shown = rendering.change(call.project, change)
    call.emit("subscriptionChange.deleted", shown)
    return 200, shown


def _change(call: Call) -> Change:
    return in_path(call.project.changes, call.path["change"], "subscription change")


def _plan_change(call: Call, change: Change, subscription: Subscription, plan: str) -> None:
    new = in_body(call.project.plans, plan, "plan")
    if new["status"] != "available":
        raise invalid("The plan is not available.")
    if new["provider"] != call.project.plans[subscription.plan]["provider"]:
        raise invalid(
            "A change between these providers is not supported.",
            code="subscriptionChangeProviderTransitionNotSupported",
        )
    change.plan = plan


def _sim_change(call: Call, change: Change, subscription: Subscription, wanted: str | None) -> None:
    switches = call.core.switches()
    allocation = allocate(
        call,
        call.project.plans[subscription.plan],
        subscription.user,
        wanted,
        pace=switches.change_application,
        shown=True,
    )
    change.sim = allocation.sim.id if allocation.sim else None
    change.due = allocation.due
    if wanted == "auto":
        change.sim_shown = switches.change_sim_while_pending == "allocated"
    if switches.user_consent:
        change.status = "initiated"
