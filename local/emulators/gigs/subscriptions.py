"""Subscriptions.

Documented: fields, the 201 in status `pending`, filters (only pending and active are listed unless
`status` is given), cancel (ends with the period, or with the minimum term), resume, and ending at
once: `POST …/end` in the current reference, `DELETE` in the 2022 client; both are served.
Assumed: only active subscriptions can be cancelled, only cancelled ones resumed; what a plan's
`requirements` refuse; that an archived or draft plan is refused. Porting and devices that were not
seeded are unknown here; Gigs Billing is off.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from local.emulators.gigs import rendering
from local.emulators.gigs.allocation import allocate
from local.emulators.gigs.core import Answer, Call, in_body, in_path
from local.emulators.gigs.errors import invalid, refuse
from local.emulators.gigs.inputs import (
    CancelSubscription,
    CreateSubscription,
    ListSubscriptions,
    NoQuery,
    Nothing,
    SearchSubscriptions,
    UpdateSubscription,
)
from local.emulators.gigs.lifecycle import Lifecycle
from local.emulators.gigs.listing import envelope, paginate
from local.emulators.gigs.records import Subscription, User
from local.emulators.gigs.strict import merge_metadata, read_body, read_choices, read_query
from local.emulators.gigs.values import new_id

STATUSES = {"pending", "initiated", "active", "restricted", "ended"}
LISTED_BY_DEFAULT = {"pending", "active"}


def create(call: Call) -> Answer:
    """`POST subscriptions`."""
    read_query(call.query, NoQuery)
    wanted = read_body(call.body, CreateSubscription)
    plan = in_body(call.project.plans, wanted.plan, "plan")
    user = in_body(call.project.users, wanted.user, "user")
    _check(call, wanted, plan, user)
    switches = call.core.switches()
    refuse(switches.refuse_subscriptions)
    allocation = allocate(
        call,
        plan,
        user.id,
        wanted.sim,
        pace=switches.activation,
        shown=switches.sim_while_pending == "allocated",
    )
    subscription = Subscription(
        id=new_id("sub_"),
        plan=wanted.plan,
        user=user.id,
        created_at=call.core.now(),
        due=allocation.due,
        metadata=merge_metadata({}, wanted.metadata),
        sim=allocation.sim.id if allocation.sim else None,
        sim_shown=allocation.shown,
        user_address=wanted.userAddress,
    )
    call.project.subscriptions[subscription.id] = subscription
    call.core.watch(call.project, subscription)
    return 201, _changed(call, "subscription.created", subscription)


def get(call: Call) -> Answer:
    """`GET subscriptions/{subscription}`; counts as a poll."""
    subscription = _subscription(call)
    read_query(call.query, NoQuery)
    subscription.due.polls_left -= 1
    Lifecycle(call.core).settle()
    return 200, rendering.subscription(call.project, subscription)


def list_all(call: Call) -> Answer:
    """`GET subscriptions`."""
    query = read_query(call.query, ListSubscriptions)
    statuses = read_choices(query.status, STATUSES, "status") or LISTED_BY_DEFAULT
    found = _find(call, query.user, query.plan, query.sim, statuses)
    return 200, paginate(found, query, lambda s: rendering.subscription(call.project, s))


def search(call: Call) -> Answer:
    """`POST subscriptions/search`."""
    read_query(call.query, NoQuery)
    query = read_body(call.body, SearchSubscriptions)
    joined = None if query.status is None else ",".join(query.status)
    statuses = read_choices(joined, STATUSES, "status") or STATUSES
    found = _find(call, query.user, query.plan, query.sim, statuses)
    return 200, envelope([rendering.subscription(call.project, s) for s in found])


def update(call: Call) -> Answer:
    """`PATCH subscriptions/{subscription}`."""
    subscription = _subscription(call)
    read_query(call.query, NoQuery)
    wanted = read_body(call.body, UpdateSubscription)
    before = rendering.subscription(call.project, subscription)
    if wanted.userAddress is not None:
        _check_address(call, wanted.userAddress, subscription.user)
        subscription.user_address = wanted.userAddress
    subscription.metadata = merge_metadata(subscription.metadata, wanted.metadata)
    after = rendering.subscription(call.project, subscription)
    previous = {name: before[name] for name in after if after[name] != before[name]}
    call.emit("subscription.updated", after, previous=previous)
    return 200, after


def cancel(call: Call) -> Answer:
    """`POST subscriptions/{subscription}/cancel`."""
    subscription = _subscription(call)
    read_query(call.query, NoQuery)
    wanted = read_body(call.body, CancelSubscription)
    period, earliest = subscription.period, subscription.earliest_end_at
    if subscription.status != "active" or subscription.canceled_at or not period or not earliest:
        raise invalid("Only an active subscription that is not canceled can be canceled.")
    subscription.canceled_at = call.core.now()
    subscription.ended_at = max(period.end, earliest)
    call.core.wake(subscription.ended_at, call.project, subscription)
    given = wanted.cancellationDetails
    reasons: dict[str, Any] = given.model_dump(exclude_none=True) if given else {}
    subscription.cancellation = {"cause": "cancellationRequested", **reasons}
    return 200, _changed(call, "subscription.canceled", subscription)


def resume(call: Call) -> Answer:
    """`POST subscriptions/{subscription}/resume`."""
    subscription = _subscription(call)
    read_query(call.query, NoQuery)
    read_body(call.body, Nothing)
    if subscription.status != "active" or subscription.canceled_at is None:
        raise invalid("Only a canceled subscription that has not ended can be resumed.")
    subscription.canceled_at = subscription.ended_at = subscription.cancellation = None
    return 200, _changed(call, "subscription.resumed", subscription)


def end(call: Call) -> Answer:
    """`POST subscriptions/{subscription}/end`, `DELETE subscriptions/{subscription}`."""
    subscription = _subscription(call)
    read_query(call.query, NoQuery)
    read_body(call.body, Nothing)
    pending = subscription.status == "pending" and call.core.switches().end_pending == "allowed"
    if subscription.status != "active" and not pending:
        raise invalid("Only an active subscription can be ended.")
    Lifecycle(call.core).end(call.project, subscription, call.core.now(), "cancellationRequested")
    return 200, rendering.subscription(call.project, subscription)


def _subscription(call: Call) -> Subscription:
    return in_path(call.project.subscriptions, call.path["subscription"], "subscription")


def _changed(call: Call, event: str, subscription: Subscription) -> dict[str, Any]:
    shown = rendering.subscription(call.project, subscription)
    call.emit(event, shown)
    return shown


def _find(
    call: Call, user: str | None, plan: str | None, sim: str | None, statuses: set[str]
) -> Sequence[Subscription]:
    return [
        s
        for s in call.project.subscriptions.newest_first()
        if s.status in statuses
        and (user is None or s.user == user)
        and (plan is None or s.plan == plan)
        and (sim is None or s.sim == sim)
    ]


def _check(call: Call, wanted: CreateSubscription, plan: dict[str, Any], user: User) -> None:
    if plan["status"] != "available":
        raise invalid("The plan is not available.")
    if user.status != "active":
        raise invalid("The user is not active.")
    if wanted.billing is not None:
        raise invalid("Billing is not enabled for this project.")
    if wanted.porting is not None or wanted.deviceModel is not None:
        name = "porting" if wanted.porting is not None else "deviceModel"
        raise invalid(f"Property {name} does not name an existing resource.")
    if wanted.device is not None and wanted.device not in call.project.devices:
        raise invalid("Property device does not name an existing resource.")
    if wanted.userAddress is not None:
        _check_address(call, wanted.userAddress, user.id)
    given = {
        "address": wanted.userAddress,
        "device": wanted.device,
        "user.birthday": user.birthday,
        "user.fullName": user.full_name,
    }
    for name, need in plan["requirements"].items():
        if need != "none" and given.get(name) is None:
            raise invalid(f"The plan requires {name}.")


def _check_address(call: Call, address: str, user: str) -> None:
    if in_body(call.project.addresses, address, "userAddress").user != user:
        raise invalid("The address belongs to another user.", code="userAddressInvalid")
