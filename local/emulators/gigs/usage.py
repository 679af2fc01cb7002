"""Usage records, usage balances and the simulation of usage.

Documented: paths, filters and which of them exclude each other, the objects, daily records in
ascending order for the latest period unless asked otherwise, simulation only on active
subscriptions. Here the aggregations by country and roaming answer 501 `notImplemented`, and
simulated usage counts against the plan's balance unless an add-on is named. Threshold events are
not sent: their payload is not documented.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from local.emulators.gigs import rendering
from local.emulators.gigs.core import Answer, Call, in_body, in_path
from local.emulators.gigs.errors import ApiError, invalid
from local.emulators.gigs.inputs import ListUsage, ListUsageBalances, NoQuery, SimulateUsage
from local.emulators.gigs.listing import envelope, paginate
from local.emulators.gigs.records import DayOfUsage, Subscription
from local.emulators.gigs.strict import read_body, read_query
from local.emulators.gigs.values import timestamp

DAY = timedelta(days=1)
AGGREGATIONS = {"daily", "period"}
DIMENSIONS = {"daily", "period", "country", "roaming"}


def list_records(call: Call) -> Answer:
    """`GET subscriptions/{subscription}/usage`."""
    subscription = in_path(call.project.subscriptions, call.path["subscription"], "subscription")
    query = read_query(call.query, ListUsage)
    if query.aggregation not in AGGREGATIONS:
        if not set(query.aggregation.split(",")) <= DIMENSIONS:
            raise invalid("Parameter aggregation is not one of the documented values.")
        msg = "The aggregation by country or roaming is not supported."
        raise ApiError("notImplemented", msg)
    start, end = _range(subscription, query)
    found = sorted(
        (
            record
            for record in call.project.usage
            if record.subscription == subscription.id and start <= record.day < end
        ),
        key=lambda record: record.day,
    )
    if query.aggregation == "period" and found:
        return 200, envelope([_sum(found, start, end)])
    return 200, envelope([_record(record, record.day, record.day + DAY) for record in found])


def list_balances(call: Call) -> Answer:
    """`GET usageBalances`."""
    query = read_query(call.query, ListUsageBalances)
    wanted = query.subscriptionPeriod
    if wanted and query.subscriptionAddon:
        raise invalid("Parameters subscriptionPeriod and subscriptionAddon exclude each other.")
    if wanted and not query.subscription:
        raise invalid("Parameter subscriptionPeriod requires subscription.")
    found = [
        balance
        for balance in call.project.usage_balances.newest_first()
        if query.subscription in (None, balance.subscription)
        and query.subscriptionAddon in (None, balance.subscription_addon)
    ]
    if wanted:
        number = _period_number(call, query.subscription, wanted)
        found = [balance for balance in found if balance.subscription_period == number]
    return 200, paginate(found, query, rendering.usage_balance)


def get_balance(call: Call) -> Answer:
    """`GET usageBalances/{balance}`."""
    balance = in_path(call.project.usage_balances, call.path["balance"], "usage balance")
    read_query(call.query, NoQuery)
    return 200, rendering.usage_balance(balance)


def simulate(call: Call) -> Answer:
    """`POST /testing/projects/{project}/subscriptions/{subscription}/usage`."""
    subscription = in_path(call.project.subscriptions, call.path["subscription"], "subscription")
    read_query(call.query, NoQuery)
    used = read_body(call.body, SimulateUsage)
    if subscription.status != "active":
        raise invalid("Usage can only be simulated on an active subscription.")
    if used.subscriptionAddon is not None:
        in_body(call.project.subscription_addons, used.subscriptionAddon, "subscriptionAddon")
    subscription.first_usage_at = subscription.first_usage_at or call.core.now()
    for type_, amount in (("data", used.data), ("voice", used.voice), ("sms", used.sms)):
        _count(call, subscription, used.subscriptionAddon, type_, amount)
    day = _today(call, subscription, used.country)
    day.data, day.voice, day.sms = day.data + used.data, day.voice + used.voice, day.sms + used.sms
    return 201, _record(day, day.day, day.day + DAY)


def _range(subscription: Subscription, query: ListUsage) -> tuple[datetime, datetime]:
    if (query.start is None) != (query.end is None):
        raise invalid("Parameters start and end need each other.")
    if query.start and query.end:
        if query.period is not None:
            raise invalid("Parameter period excludes start and end.")
        return _midnight(query.start), _midnight(query.end) + DAY
    period = subscription.period
    start = subscription.activated_at or subscription.created_at
    end = subscription.ended_at or datetime.max.replace(tzinfo=UTC)
    if period is not None and query.period in (None, period.number):
        start, end = period.start, period.end
    elif period is not None and query.period is not None and query.period > period.number:
        raise invalid("The subscription has no such period yet.")
    return start.replace(hour=0, minute=0, second=0, microsecond=0), end


def _period_number(call: Call, subscription_id: str | None, wanted: str) -> int | None:
    subscription = in_body(call.project.subscriptions, str(subscription_id), "subscription")
    current = subscription.period.number if subscription.period else None
    if wanted == "current":
        return current
    number = int(wanted)
    return number if number > 0 or current is None else current + number


def _count(
    call: Call, subscription: Subscription, addon: str | None, type_: str, amount: int
) -> None:
    now = call.core.now()
    for balance in call.project.usage_balances.newest_first():
        if (
            balance.subscription == subscription.id
            and balance.subscription_addon == addon
            and balance.type == type_
            and balance.usable_from <= now < balance.usable_until
        ):
            balance.used += amount
            return


def _today(call: Call, subscription: Subscription, country: str | None) -> DayOfUsage:
    day = call.core.now().replace(hour=0, minute=0, second=0, microsecond=0)
    for record in call.project.usage:
        if record.subscription == subscription.id and record.day == day:
            return record
    record = DayOfUsage(subscription=subscription.id, day=day, country=country)
    call.project.usage.append(record)
    return record


def _midnight(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def _sum(records: list[DayOfUsage], start: datetime, end: datetime) -> dict[str, Any]:
    total = DayOfUsage(subscription=records[0].subscription, day=start)
    for record in records:
        total.data += record.data
        total.voice += record.voice
        total.sms += record.sms
    return _record(total, start, end)


def _record(record: DayOfUsage, start: datetime, end: datetime) -> dict[str, Any]:
    labels = {"subscription": record.subscription}
    if record.country is not None:
        labels["country"] = record.country
    return {
        "object": "usageRecord",
        "data": record.data,
        "voice": record.voice,
        "sms": record.sms,
        "start": timestamp(start),
        "end": timestamp(end),
        "labels": labels,
    }
