"""Events that happen without a request: activation, changes, top-ups, renewal and end.

`settle` brings everything up to the emulator's clock; it runs before every request, whenever the
clock is moved, and on timers. Documented: the states, that activation and changes are
asynchronous, that a reissue keeps number and plan, that usage balances belong to a period or an
add-on. Assumed: the old SIM of a reissue is `retired`; a failed activation ends the subscription
with the cause `simUnusable`; a change without consent fails after five hours, `consentNotGiven`.
"""

from __future__ import annotations

import heapq
from datetime import datetime, timedelta
from typing import Any

from local.emulators.gigs import rendering
from local.emulators.gigs.core import Core, Watched
from local.emulators.gigs.records import (
    Change,
    Period,
    Project,
    Sim,
    Subscription,
    SubscriptionAddon,
    UsageBalance,
)
from local.emulators.gigs.values import add_validity, new_id, new_phone_number

CONSENT = timedelta(hours=5)
OPEN = frozenset({"pending", "initiated"})
ALLOWANCES = (
    ("dataBytes", "data", "bytes"),
    ("voiceSeconds", "voice", "seconds"),
    ("smsMessages", "sms", "messages"),
)


class Lifecycle:
    """Moves subscriptions, changes and add-ons through their states."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def settle(self) -> None:
        """Do everything that is due by now."""
        with self._core.lock:
            now = self._core.now()
            waiting, agenda = self._core.waiting, self._core.agenda
            for project, record in list(waiting.values()):
                self._settle_one(project, record, now)
                if record.status not in OPEN:
                    del waiting[record.id]
            while agenda and agenda[0][0] <= now:
                _, _, project, record = heapq.heappop(agenda)
                self._settle_one(project, record, now)

    def next_due(self) -> datetime | None:
        """Return the earliest time at which a pending step is due; None without one."""
        with self._core.lock:
            moments = [_moment(record) for _, record in self._core.waiting.values()]
        return min((m for m in moments if m is not None), default=None)

    def activate(self, project: Project, subscription: Subscription, now: datetime) -> None:
        """A pending subscription becomes usable."""
        plan = project.plans[subscription.plan]
        if subscription.sim is None:
            sim = self._core.new_sim(project, plan["provider"], subscription.user, "eSIM")
            subscription.sim = sim.id
        subscription.sim_shown = True
        subscription.status = "active"
        subscription.activated_at = now
        self._start_period(project, subscription, 1, now)
        minimum = plan["validity"]["minimumPeriods"]
        subscription.earliest_end_at = add_validity(now, plan["validity"], minimum)
        if plan["allowances"]["voiceSeconds"] != 0:
            subscription.phone_number = subscription.phone_number or new_phone_number()
        self._activate_sim(project, project.sims[subscription.sim])
        self._open_period_balances(project, subscription)
        self._event(project, "subscription.activated", subscription)

    def end(
        self, project: Project, subscription: Subscription, now: datetime, cause: str | None
    ) -> None:
        """A subscription stops; its SIM becomes `inactive`, its top-ups end, its changes too."""
        subscription.status = "ended"
        subscription.ended_at = now
        subscription.period = None
        if cause is not None:
            subscription.canceled_at = subscription.canceled_at or now
            subscription.cancellation = subscription.cancellation or {"cause": cause}
        if subscription.sim is not None:
            project.sims[subscription.sim].status = "inactive"
        for addon in project.subscription_addons.values():
            if addon.subscription == subscription.id and addon.status != "ended":
                self.end_addon(project, addon, now)
        for change in project.changes.values():
            if change.subscription == subscription.id and change.status in OPEN:
                self.fail_change(project, change, "unknown")
        self._event(project, "subscription.ended", subscription)

    def end_addon(self, project: Project, addon: SubscriptionAddon, now: datetime) -> None:
        """A top-up stops; what is left of it is lost."""
        addon.status = "ended"
        addon.ended_at = now
        addon.period = None
        for balance in project.usage_balances.values():
            if balance.subscription_addon == addon.id:
                balance.usable_until = min(balance.usable_until, now)
        shown = rendering.subscription_addon(project, addon)
        self._core.webhooks.emit(project.id, "subscriptionAddon.ended", shown)

    def fail_change(self, project: Project, change: Change, code: str | None) -> None:
        """An open change is not carried out."""
        change.status, change.failure_code = "failed", code
        shown = rendering.change(project, change)
        self._core.webhooks.emit(project.id, "subscriptionChange.failed", shown)

    def _settle_one(self, project: Project, record: Watched, now: datetime) -> None:
        if isinstance(record, Subscription):
            self._settle_subscription(project, record, now)
        elif isinstance(record, Change):
            self._settle_change(project, record, now)
        else:
            self._settle_addon(project, record, now)

    def _settle_subscription(
        self, project: Project, subscription: Subscription, now: datetime
    ) -> None:
        if subscription.status == "pending" and subscription.due.reached(now):
            if subscription.due.fails:
                self.end(project, subscription, now, "simUnusable")
                return
            self.activate(project, subscription, now)
        while subscription.status == "active" and subscription.period is not None:
            period = subscription.period
            if subscription.ended_at is not None and now >= subscription.ended_at:
                self.end(project, subscription, subscription.ended_at, None)
                return
            if now < period.end:
                return
            self._renew(project, subscription, period)

    def _renew(self, project: Project, subscription: Subscription, period: Period) -> None:
        validity = project.plans[subscription.plan]["validity"]
        if validity["type"] != "recurring":
            self.end(project, subscription, period.end, "subscriptionEnded")
            return
        self._start_period(project, subscription, period.number + 1, period.end)
        self._open_period_balances(project, subscription)
        self._event(project, "subscription.renewed", subscription)

    def _settle_change(self, project: Project, change: Change, now: datetime) -> None:
        if change.status == "initiated" and now >= change.created_at + CONSENT:
            self.fail_change(project, change, "consentNotGiven")
        subscription = project.subscriptions[change.subscription]
        scheduled = change.scheduled_at is not None and now >= change.scheduled_at
        if change.status != "pending" or not scheduled or not change.due.reached(now):
            return
        if change.due.fails:
            self.fail_change(project, change, self._core.switches().change_failure_code)
            return
        before = rendering.subscription(project, subscription)
        if change.sim is not None:
            self._exchange_sim(project, subscription, change.sim)
        if change.plan is not None:
            subscription.plan = change.plan
        change.status, change.applied_at, change.sim_shown = "applied", now, True
        after = rendering.subscription(project, subscription)
        self._core.webhooks.emit(
            project.id, "subscriptionChange.applied", rendering.change(project, change)
        )
        previous = {name: before[name] for name in after if after[name] != before[name]}
        self._core.webhooks.emit(project.id, "subscription.updated", after, previous=previous)

    def _exchange_sim(self, project: Project, subscription: Subscription, new: str) -> None:
        if subscription.sim is not None:
            old = project.sims[subscription.sim]
            old.status = "retired"
            self._core.webhooks.emit(project.id, "sim.retired", rendering.sim(old))
        subscription.sim, subscription.sim_shown = new, True
        self._activate_sim(project, project.sims[new])

    def _settle_addon(self, project: Project, addon: SubscriptionAddon, now: datetime) -> None:
        if addon.status == "active" and addon.period is not None and now >= addon.period.end:
            self.end_addon(project, addon, addon.period.end)
        if addon.status != "pending" or not addon.due.reached(now):
            return
        subscription = project.subscriptions[addon.subscription]
        if addon.due.fails or subscription.period is None:
            self.end_addon(project, addon, now)
            return
        bought = project.addons[addon.addon]
        ends = subscription.period.end
        if bought["validity"] is not None:
            ends = add_validity(now, bought["validity"])
        addon.status, addon.activated_at = "active", now
        addon.period = Period(1, now, ends)
        self._core.wake(ends, project, addon)
        self._open_balances(project, subscription, bought, now, ends, addon=addon.id)
        shown = rendering.subscription_addon(project, addon)
        self._core.webhooks.emit(project.id, "subscriptionAddon.activated", shown)

    def _start_period(
        self, project: Project, subscription: Subscription, number: int, start: datetime
    ) -> None:
        end = add_validity(start, project.plans[subscription.plan]["validity"])
        subscription.period = Period(number, start, end)
        self._core.wake(end, project, subscription)

    def _open_period_balances(self, project: Project, subscription: Subscription) -> None:
        period = subscription.period
        if period is not None:
            plan = project.plans[subscription.plan]
            self._open_balances(
                project, subscription, plan, period.start, period.end, number=period.number
            )

    def _open_balances(
        self,
        project: Project,
        subscription: Subscription,
        product: dict[str, Any],
        start: datetime,
        end: datetime,
        *,
        number: int | None = None,
        addon: str | None = None,
    ) -> None:
        """One balance per allowance that the product grants; null is unlimited, 0 is none."""
        for name, type_, unit in ALLOWANCES:
            if product["allowances"][name] == 0:
                continue
            balance = UsageBalance(
                id=new_id("ubl_"),
                allowance_id=new_id("alw_"),
                name=product["name"],
                type=type_,
                unit=unit,
                limit=product["allowances"][name],
                subscription=subscription.id,
                usable_from=start,
                usable_until=end,
                subscription_period=number,
                subscription_addon=addon,
                coverage=product["coverage"],
            )
            project.usage_balances[balance.id] = balance

    def _activate_sim(self, project: Project, sim: Sim) -> None:
        sim.status = "active"
        self._core.webhooks.emit(project.id, "sim.activated", rendering.sim(sim))

    def _event(self, project: Project, type_: str, subscription: Subscription) -> None:
        self._core.webhooks.emit(project.id, type_, rendering.subscription(project, subscription))


def _moment(record: Watched) -> datetime | None:
    if record.status != "pending" or record.due.pace != "after_seconds" or not record.due.at:
        return None
    scheduled = record.scheduled_at if isinstance(record, Change) else None
    return max(record.due.at, scheduled or record.due.at)
