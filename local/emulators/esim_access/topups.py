"""`esim/topup`.

Documented: allowed in New, In Use and Depleted, not after expiry; the price is verified when it is
sent; the answer with the new totals; `supportTopUpType`; no ORDER_STATUS. Assumed: a plan that does
not fit the eSIM, and days without a day pass, are wrong order parameters; a suspended eSIM takes no
top-up; unlike for orders, nothing says that a transactionId is remembered (see the switch
`top_up_duplicates`).
"""

from __future__ import annotations

from typing import Any

from local.emulators.esim_access import errors
from local.emulators.esim_access.core import Core
from local.emulators.esim_access.errors import ApiError
from local.emulators.esim_access.inputs import PlaceTopUp
from local.emulators.esim_access.lifecycle import Lifecycle
from local.emulators.esim_access.records import Bought, Package, Profile, TopUp
from local.emulators.esim_access.values import timestamp

NO_TOP_UP, WITH_PERIOD = 1, 3
ALLOWED = frozenset({"GOT_RESOURCE", "IN_USE", "USED_UP"})


def place(core: Core, wanted: PlaceTopUp) -> dict[str, Any]:
    """`esim/topup`."""
    known = _same_request(core, wanted.transaction_id)
    if known is not None:
        return known
    core.refuse_if_switched()
    profile = core.profile(esim_tran_no=wanted.esim_tran_no, iccid=wanted.iccid)
    plan = core.account.top_up(wanted.package_code)
    if plan is None:
        raise ApiError(errors.PACKAGE_CODE)
    if profile.esim_status not in ALLOWED:
        raise ApiError(errors.NOT_IN_THIS_STATUS)
    bought = _bought(core, profile, plan, wanted)
    if wanted.amount is not None and int(wanted.amount) != bought.price:
        raise ApiError(errors.AMOUNT)
    core.pay(bought.price)
    _add(core, profile, bought)
    number = core.new_number()
    answer = {
        "transactionId": wanted.transaction_id,
        "iccid": profile.iccid,
        "expiredTime": timestamp(profile.expires_at),
        "totalVolume": profile.total_volume,
        "totalDuration": profile.total_days,
        "orderUsage": profile.usage,
        "topUpEsimTranNo": number,
    }
    core.account.top_ups.append(
        TopUp(
            transaction_id=wanted.transaction_id,
            esim_tran_no=profile.esim_tran_no,
            package_code=plan.package_code,
            price=bought.price,
            at=core.now(),
            answer=answer,
        )
    )
    return answer


def _same_request(core: Core, transaction_id: str) -> dict[str, Any] | None:
    if core.switches().top_up_duplicates == "charged_again":
        return None
    for top_up in core.account.top_ups:
        if top_up.transaction_id == transaction_id:
            return top_up.answer
    return None


def _bought(core: Core, profile: Profile, plan: Package, wanted: PlaceTopUp) -> Bought:
    base = profile.bought[0].package
    if base.support_top_up_type == NO_TOP_UP or base.package_code not in plan.tops_up:
        raise ApiError(errors.ORDER_PARAMETERS, "The plan does not fit the eSIM.")
    days = None if wanted.period_num is None else int(wanted.period_num)
    if (days is not None) != (base.support_top_up_type == WITH_PERIOD):
        raise ApiError(errors.ORDER_PARAMETERS, "periodNum goes with day passes.")
    return Bought(plan, core.now(), days)


def _add(core: Core, profile: Profile, bought: Bought) -> None:
    profile.bought.append(bought)
    profile.total_volume += bought.package.volume
    profile.prolong(bought.days)
    if profile.esim_status == "USED_UP":
        Lifecycle(core).become(profile, "IN_USE")
