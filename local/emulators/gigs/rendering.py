"""Renders records as the API's documented schemas show them."""

from __future__ import annotations

from typing import Any

from local.emulators.gigs.records import (
    Address,
    Change,
    Period,
    Project,
    Sim,
    Subscription,
    SubscriptionAddon,
    UsageBalance,
    User,
)
from local.emulators.gigs.values import timestamp

IOS_INSTALL = "https://esimsetup.apple.com/esim_qrcode_provisioning?carddata="
ANDROID_INSTALL = "https://esimsetup.android.com/esim_qrcode_provisioning?carddata="


def user(record: User) -> dict[str, Any]:
    """A `user`."""
    return {
        "object": "user",
        "id": record.id,
        "metadata": record.metadata,
        "birthday": record.birthday,
        "createdAt": timestamp(record.created_at),
        "email": record.email,
        "emailVerified": False,
        "fullName": record.full_name,
        "preferredLocale": record.preferred_locale,
        "status": record.status,
    }


def address(record: Address) -> dict[str, Any]:
    """A `userAddress`."""
    return {
        "object": "userAddress",
        "id": record.id,
        **record.fields,
        "user": record.user,
        "createdAt": timestamp(record.created_at),
    }


def sim(record: Sim) -> dict[str, Any]:
    """A `sim`, without its credentials."""
    return {
        "object": "sim",
        "id": record.id,
        "metadata": record.metadata,
        "createdAt": timestamp(record.created_at),
        "iccid": record.iccid,
        "provider": record.provider,
        "status": record.status,
        "type": record.type,
    }


def credentials(record: Sim, *, install_urls: str, empty: bool) -> dict[str, Any]:
    """`simCredentials`; `empty` gives nulls, `install_urls` is the switch of that name."""
    code = None if empty else record.activation_code
    shown: dict[str, Any] = {
        "object": "simCredentials",
        "activationCode": code,
        "qrCodeUrl": code and f"https://files.gigs.com/qrcode/dev/{record.id[-11:]}.png",
        "sim": record.id,
    }
    if install_urls != "absent":
        present = code if install_urls == "present" else None
        shown["iosInstallUrl"] = present and IOS_INSTALL + present
        shown["androidInstallUrl"] = present and ANDROID_INSTALL + present
    return shown


def esim_profile(record: Sim) -> dict[str, Any]:
    """An `eSimProfile`."""
    return {
        "object": "eSimProfile",
        "sim": sim(record),
        "status": record.profile_status,
        "updatedAt": timestamp(record.profile_updated_at or record.created_at),
    }


def subscription(project: Project, record: Subscription) -> dict[str, Any]:
    """A `subscription` with its plan, SIM and user."""
    shown_sim = record.sim if record.sim_shown else None
    return {
        "object": "subscription",
        "id": record.id,
        "metadata": record.metadata,
        "activatedAt": timestamp(record.activated_at),
        "billing": None,
        "canceledAt": timestamp(record.canceled_at),
        "cancellationDetails": record.cancellation,
        "createdAt": timestamp(record.created_at),
        "currentPeriod": _period(record.period),
        "earliestEndAt": timestamp(record.earliest_end_at),
        "endedAt": timestamp(record.ended_at),
        "firstUsageAt": timestamp(record.first_usage_at),
        "lastPorting": None,
        "phoneNumber": record.phone_number,
        "plan": project.plans[record.plan],
        "restrictedAt": None,
        "restrictionDetails": None,
        "sim": sim(project.sims[shown_sim]) if shown_sim else None,
        "status": record.status,
        "user": user(project.users[record.user]),
        "userAddress": record.user_address,
    }


def change(project: Project, record: Change) -> dict[str, Any]:
    """A `subscriptionChange`."""
    shown_sim = record.sim if record.sim_shown else None
    return {
        "object": "subscriptionChange",
        "id": record.id,
        "appliedAt": timestamp(record.applied_at),
        "createdAt": timestamp(record.created_at),
        "failureCode": record.failure_code,
        "plan": project.plans[record.plan] if record.plan else None,
        "requestedChange": record.requested,
        "scheduledAt": timestamp(record.scheduled_at),
        "sim": sim(project.sims[shown_sim]) if shown_sim else None,
        "status": record.status,
        "subscription": record.subscription,
    }


def subscription_addon(project: Project, record: SubscriptionAddon) -> dict[str, Any]:
    """A `subscriptionAddon`."""
    return {
        "object": "subscriptionAddon",
        "id": record.id,
        "activatedAt": timestamp(record.activated_at),
        "addon": project.addons[record.addon],
        "billing": None,
        "canceledAt": timestamp(record.canceled_at),
        "createdAt": timestamp(record.created_at),
        "currentPeriod": _period(record.period),
        "endedAt": timestamp(record.ended_at),
        "status": record.status,
        "subscription": record.subscription,
        "user": record.user,
    }


def usage_balance(record: UsageBalance) -> dict[str, Any]:
    """A `usageBalance`; null limits and percentages mean unlimited."""
    remaining = None if record.limit is None else max(record.limit - record.used, 0)
    percent = None if not record.limit else min(record.used * 100 // record.limit, 100)
    return {
        "object": "usageBalance",
        "id": record.id,
        "allowance": {
            "object": "allowance",
            "id": record.allowance_id,
            "name": record.name,
            "type": record.type,
            "coverage": record.coverage,
            "limit": record.limit,
            "unit": record.unit,
            "priority": 1,
        },
        "subscription": record.subscription,
        "source": {
            "type": "subscriptionAddon" if record.subscription_addon else "subscriptionPeriod",
            "subscriptionPeriod": record.subscription_period,
            "subscriptionAddon": record.subscription_addon,
        },
        "unit": record.unit,
        "used": record.used,
        "limit": record.limit,
        "remaining": remaining,
        "usedPercent": percent,
        "remainingPercent": None if percent is None else 100 - percent,
        "usableFrom": timestamp(record.usable_from),
        "usableUntil": timestamp(record.usable_until),
    }


def _period(record: Period | None) -> dict[str, Any] | None:
    if record is None:
        return None
    return {
        "number": record.number,
        "start": timestamp(record.start),
        "end": timestamp(record.end),
    }
