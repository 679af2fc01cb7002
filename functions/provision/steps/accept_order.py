"""Accept the WHMCS order, which sets its services up.

WHMCS has one message for "no such order" and "not pending any more": what it means is read from
the order itself.
"""

from __future__ import annotations

from portal.domain.upstream import Unavailable
from portal.engine.failures import SETTLING_SECONDS, Postpone, StopWorkflow
from portal.engine.model import Data
from portal.engine.steps import Run, Step
from portal.ports.billing_orders import (
    BillingOrders,
    BillingServices,
    ModuleFailed,
    NotPending,
    OrderState,
)

from functions.provision import reading
from functions.provision.limits import WHMCS_CALL_SECONDS


class AcceptOrder(Step):
    """One call when nothing goes wrong."""

    name = "accept_order"
    seconds = 60

    def __init__(self, billing: BillingOrders, services: BillingServices) -> None:
        self._billing = billing
        self._services = services

    def already_done(self, run: Run) -> Data | None:
        """Whether an earlier request took effect, wholly or in part; None when it did not.

        A second AcceptOrder runs every module again: where one service is set up already, the
        others are left to `verify`, which runs theirs alone. Neither while an earlier request may
        still be at work: nothing must have changed for a minute.
        """
        if not run.data(self.name).get("seen"):
            return None  # it was never sent
        order_id = reading.whmcs_order_id(run)
        if is_accepted(self._billing, order_id):
            return {"accepted": True}
        services = self._services.of_client(reading.client_id(run))
        active = sorted(one.id for one in services if one.order_id == order_id and one.active)
        _settled(run, active)
        return {"accepted": False} if active else None

    def run(self, run: Run) -> Data:
        """Accept; a module that failed leaves its service to `verify`."""
        order_id = reading.whmcs_order_id(run)
        run.require(WHMCS_CALL_SECONDS)
        run.save(seen={"active": [], "at": int(run.now())})
        try:
            self._billing.accept(order_id, set_up=True)
        except NotPending:
            if not is_accepted(self._billing, order_id):
                raise Unavailable(
                    "whmcs", "AcceptOrder", "says not pending, and GetOrders says pending"
                ) from None
        except ModuleFailed as failure:
            run.note("module-failed", failure.message)
            return {"accepted": is_accepted(self._billing, order_id), "module": failure.message}
        return {"accepted": True}


def _settled(run: Run, active: list[int]) -> None:
    """Raise Postpone until the same services have been active for a minute."""
    seen = run.data(AcceptOrder.name)["seen"]
    since = run.now() - float(seen["at"])
    if [int(number) for number in seen["active"]] != active or since < 0:  # or a clock set back
        run.save(seen={"active": active, "at": int(run.now())})
        since = 0.0
    if since < SETTLING_SECONDS:
        text = "WHMCS may still be at work on AcceptOrder."
        raise Postpone("whmcs-outcome-unknown", text, seconds=SETTLING_SECONDS - since)


def is_accepted(billing: BillingOrders, order_id: int) -> bool:
    """False while it is pending. Raises StopWorkflow when it never will be."""
    order = billing.get(order_id)
    if order is None:
        raise StopWorkflow("whmcs-order-missing", f"WHMCS order {order_id} does not exist.")
    if order.state is OrderState.PENDING:
        return False
    if order.state is OrderState.ACTIVE:
        return True
    raise StopWorkflow(
        "whmcs-order-not-accepted", f"WHMCS order {order_id} is {order.state.value}."
    )
