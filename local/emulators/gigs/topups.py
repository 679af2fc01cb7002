"""Subscription add-ons, which is what Gigs calls a top-up that was bought.

Documented: request, object, statuses, validity, that an add-on names its plans, DELETE ends it.
Assumed: the subscription must be active, the add-on `available` and made for the plan. With Gigs
Billing an add-on would wait for its invoice; Billing is off here.
"""

from __future__ import annotations

from local.emulators.gigs import rendering
from local.emulators.gigs.core import Answer, Call, in_body, in_path
from local.emulators.gigs.errors import invalid, refuse
from local.emulators.gigs.inputs import (
    CreateSubscriptionAddon,
    ListSubscriptionAddons,
    NoQuery,
    Nothing,
)
from local.emulators.gigs.lifecycle import Lifecycle
from local.emulators.gigs.listing import paginate
from local.emulators.gigs.records import SubscriptionAddon
from local.emulators.gigs.strict import read_body, read_choices, read_query
from local.emulators.gigs.values import new_id

STATUSES = {"pending", "initiated", "active", "ended"}


def create(call: Call) -> Answer:
    """`POST subscriptionAddons`."""
    read_query(call.query, NoQuery)
    wanted = read_body(call.body, CreateSubscriptionAddon)
    addon = in_body(call.project.addons, wanted.addon, "addon")
    subscription = in_body(call.project.subscriptions, wanted.subscription, "subscription")
    if addon["status"] != "available":
        raise invalid("The add-on is not available.")
    if subscription.plan not in addon["plans"]:
        raise invalid("The add-on is not compatible with the subscription's plan.")
    if subscription.status != "active":
        raise invalid("Add-ons need an active subscription.")
    switches = call.core.switches()
    refuse(switches.refuse_addons)
    bought = SubscriptionAddon(
        id=new_id("sad_"),
        addon=wanted.addon,
        subscription=subscription.id,
        user=subscription.user,
        created_at=call.core.now(),
        due=call.core.due(switches.addon_activation),
    )
    call.project.subscription_addons[bought.id] = bought
    call.core.watch(call.project, bought)
    shown = rendering.subscription_addon(call.project, bought)
    call.emit("subscriptionAddon.created", shown)
    return 201, shown


def get(call: Call) -> Answer:
    """`GET subscriptionAddons/{addon}`; counts as a poll."""
    addon = _addon(call)
    read_query(call.query, NoQuery)
    addon.due.polls_left -= 1
    Lifecycle(call.core).settle()
    return 200, rendering.subscription_addon(call.project, addon)


def list_all(call: Call) -> Answer:
    """`GET subscriptionAddons`."""
    query = read_query(call.query, ListSubscriptionAddons)
    statuses = read_choices(query.status, STATUSES, "status")
    found = [
        addon
        for addon in call.project.subscription_addons.newest_first()
        if (statuses is None or addon.status in statuses)
        and (query.addon is None or addon.addon == query.addon)
        and (query.subscription is None or addon.subscription == query.subscription)
        and (query.user is None or addon.user == query.user)
    ]
    return 200, paginate(found, query, lambda a: rendering.subscription_addon(call.project, a))


def delete(call: Call) -> Answer:
    """`DELETE subscriptionAddons/{addon}`."""
    addon = _addon(call)
    read_query(call.query, NoQuery)
    read_body(call.body, Nothing)
    if addon.status == "ended":
        raise invalid("The add-on has ended already.")
    addon.canceled_at = call.core.now()
    Lifecycle(call.core).end_addon(call.project, addon, call.core.now())
    return 200, rendering.subscription_addon(call.project, addon)


def _addon(call: Call) -> SubscriptionAddon:
    return in_path(call.project.subscription_addons, call.path["addon"], "subscription add-on")
