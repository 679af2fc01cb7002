"""`esim/cancel`, `esim/suspend`, `esim/unsuspend`, `esim/revoke` and `esim/usage/query`.

Documented: what can be cancelled and that it is refunded; that a revocation closes an eSIM without
a refund; up to ten eSIMs a usage query. Assumed: what has ended can neither be suspended nor
revoked, what is suspended cannot be suspended again; unknown numbers are left out of usage.
"""

from __future__ import annotations

from typing import Any

from local.emulators.esim_access import errors, rendering
from local.emulators.esim_access.core import Core
from local.emulators.esim_access.errors import ApiError
from local.emulators.esim_access.inputs import OneProfile, UsageQuery
from local.emulators.esim_access.lifecycle import Lifecycle
from local.emulators.esim_access.records import Profile


def cancel(core: Core, wanted: OneProfile) -> dict[str, Any]:
    """`esim/cancel`: refunded, top-ups included."""
    profile = _profile(core, wanted)
    fresh = (profile.esim_status, profile.smdp_status) == ("GOT_RESOURCE", "RELEASED")
    if not fresh or profile.usage:
        raise ApiError(errors.NOT_IN_THIS_STATUS)
    core.account.balance += sum(bought.price for bought in profile.bought)
    Lifecycle(core).become(profile, "CANCEL")
    return {}


def suspend(core: Core, wanted: OneProfile) -> dict[str, Any]:
    """`esim/suspend`."""
    profile = _living(core, wanted)
    if profile.esim_status == "SUSPENDED":
        raise ApiError(errors.NOT_IN_THIS_STATUS)
    profile.before_suspension = profile.esim_status
    Lifecycle(core).become(profile, "SUSPENDED")
    return {}


def unsuspend(core: Core, wanted: OneProfile) -> dict[str, Any]:
    """`esim/unsuspend`."""
    profile = _living(core, wanted)
    if profile.esim_status != "SUSPENDED":
        raise ApiError(errors.NOT_IN_THIS_STATUS)
    Lifecycle(core).become(profile, profile.before_suspension)
    return {}


def revoke(core: Core, wanted: OneProfile) -> dict[str, Any]:
    """`esim/revoke`: nothing is refunded."""
    Lifecycle(core).become(_living(core, wanted), "REVOKE")
    return {}


def usage(core: Core, wanted: UsageQuery) -> dict[str, Any]:
    """`esim/usage/query`."""
    profiles = core.account.profiles
    found = [profiles[number] for number in wanted.esim_tran_no_list if number in profiles]
    return {"esimUsageList": [rendering.usage(profile) for profile in found]}


def _profile(core: Core, wanted: OneProfile) -> Profile:
    return core.profile(esim_tran_no=wanted.esim_tran_no, iccid=wanted.iccid)


def _living(core: Core, wanted: OneProfile) -> Profile:
    profile = _profile(core, wanted)
    if profile.ended:
        raise ApiError(errors.NOT_IN_THIS_STATUS)
    return profile
