"""Events that happen without a request: allocation, use, depletion and expiry.

`settle` brings everything up to the emulator's clock; it runs before every request, whenever the
clock is moved, and on a timer. Documented: the statuses and their pairs, that allocation is
asynchronous, ORDER_STATUS for orders only, thresholds of DATA_USAGE (50 %, 25 %, 10 %), the
warning one day before expiry. Assumed: an order that cannot be allocated is cancelled and
refunded; the validity runs from the first installation or the first use, by `activeType`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from local.emulators.esim_access.core import Core
from local.emulators.esim_access.records import Order, Profile
from local.emulators.esim_access.values import (
    new_activation_code,
    new_eid,
    new_iccid,
    new_imsi,
    new_msisdn,
    webhook_time,
)

DAY = timedelta(days=1)
THRESHOLDS = (0.5, 0.25, 0.1)
FIRST_INSTALLATION = 1
DEVICE = {
    "download": "DOWNLOAD",
    "install": "INSTALLATION",
    "enable": "ENABLED",
    "disable": "DISABLED",
    "delete": "DELETED",
}


class Lifecycle:
    """Moves orders and profiles through their statuses."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def settle(self) -> None:
        """Do everything that is due by now."""
        with self._core.lock:
            now = self._core.now()
            for order in self._core.account.orders.values():
                if order.status == "GETTING_RESOURCE" and order.due.reached(now):
                    self._allocate(order, now)
            for profile in self._core.account.profiles.values():
                self._expire(profile, now)

    def next_due(self) -> datetime | None:
        """Return the earliest time at which an order is allocated; None when none is due."""
        with self._core.lock:
            moments = [
                order.due.at
                for order in self._core.account.orders.values()
                if order.status == "GETTING_RESOURCE" and order.due.pace == "after_seconds"
            ]
        return min(moments, default=None)

    def device(self, profile: Profile, action: str) -> None:
        """Apply an action of the phone, which is a key of `DEVICE`. Emits SMDP_EVENT."""
        profile.smdp_status = DEVICE[action]
        profile.eid = profile.eid or new_eid()
        package = profile.bought[0].package
        if action == "install" and package.active_type == FIRST_INSTALLATION:
            self._activate(profile)
        self._core.webhooks.emit(
            "SMDP_EVENT",
            {
                **_names(profile),
                "eid": profile.eid,
                "timestamp": webhook_time(self._core.now()),
                "seqNumber": None,
                "notifyStatus": "Executed-Success",
            },
        )

    def use(self, profile: Profile, volume: int) -> None:
        """Count traffic, and notify about first use, thresholds and depletion."""
        self._activate(profile)
        profile.usage = min(profile.usage + volume, profile.total_volume)
        profile.usage_at = self._core.now()
        if profile.esim_status == "GOT_RESOURCE":
            self.become(profile, "IN_USE")
        self._tell_usage(profile)
        if profile.usage >= profile.total_volume and profile.esim_status == "IN_USE":
            self.become(profile, "USED_UP")

    def become(self, profile: Profile, status: str) -> None:
        """Set another `esimStatus`. Emits ESIM_STATUS, which calls a revocation REVOKED."""
        profile.esim_status = status
        self._core.webhooks.emit("ESIM_STATUS", _names(profile))

    def _allocate(self, order: Order, now: datetime) -> None:
        if order.due.pace == "fails":
            order.status = "CANCEL"
            self._core.account.balance += order.amount
            return
        for bought in order.items:
            package = bought.package
            profile = Profile(
                esim_tran_no=self._core.new_number(),
                order_no=order.order_no,
                transaction_id=order.transaction_id,
                iccid=new_iccid(),
                imsi=new_imsi(),
                msisdn=new_msisdn(),
                activation_code=new_activation_code(),
                bought=[bought],
                created_at=now,
                expires_at=now + package.unused_valid_time * DAY,
                total_volume=package.volume,
            )
            self._core.account.profiles[profile.esim_tran_no] = profile
            order.profiles.append(profile.esim_tran_no)
        order.status = "GOT_RESOURCE"
        self._core.webhooks.emit(
            "ORDER_STATUS",
            {
                "orderNo": order.order_no,
                "orderStatus": order.status,
                "transactionId": order.transaction_id,
            },
        )

    def _activate(self, profile: Profile) -> None:
        if profile.activated_at is None:
            profile.activated_at = self._core.now()
            profile.expires_at = profile.activated_at + profile.total_days * DAY

    def _expire(self, profile: Profile, now: datetime) -> None:
        if profile.ended:
            return
        if now >= profile.expires_at:
            self.become(profile, "USED_EXPIRED" if profile.activated_at else "UNUSED_EXPIRED")
        elif profile.activated_at and now >= profile.expires_at - DAY:
            self._once(
                profile,
                f"expiry {profile.expires_at.isoformat()}",
                "VALIDITY_USAGE",
                {
                    "remain": 1,
                    "totalDuration": profile.total_days,
                    "durationUnit": "DAY",
                    "expiredTime": webhook_time(profile.expires_at),
                },
            )

    def _tell_usage(self, profile: Profile) -> None:
        remain = profile.total_volume - profile.usage
        for threshold in THRESHOLDS:
            if remain <= threshold * profile.total_volume:
                self._once(
                    profile,
                    f"{threshold} of {profile.total_volume}",
                    "DATA_USAGE",
                    {
                        "totalVolume": profile.total_volume,
                        "orderUsage": profile.usage,
                        "remain": remain,
                        "remainThreshold": threshold,
                        "lastUpdateTime": webhook_time(profile.usage_at or self._core.now()),
                    },
                )

    def _once(self, profile: Profile, mark: str, type_: str, more: dict[str, Any]) -> None:
        if mark in profile.announced:
            return
        profile.announced.add(mark)
        names = _names(profile)
        del names["esimStatus"], names["smdpStatus"]
        self._core.webhooks.emit(type_, {**names, **more})


def _names(profile: Profile) -> dict[str, Any]:
    status = "REVOKED" if profile.esim_status == "REVOKE" else profile.esim_status
    return {
        "iccid": profile.iccid,
        "orderNo": profile.order_no,
        "esimTranNo": profile.esim_tran_no,
        "transactionId": profile.transaction_id,
        "esimStatus": status,
        "smdpStatus": profile.smdp_status,
    }
