"""The step that accepts the WHMCS order, which sets its services up.

After an error it reads the order's state from WHMCS, because one message stands for "no such
order" and "not pending any more", and the text of an error may be any server module's.
"""

from __future__ import annotations

from portal.domain.upstream import Refused, Unavailable
from portal.engine.failures import SETTLING_SECONDS, Postpone, StopWorkflow
from portal.engine.steps import Run, Step
from portal.ports.billing_orders import (
    BillingOrders,
    BillingServices,
    ModuleFailed,
    NotPending,
    OrderState,
)

from functions.provision.records import ACCEPT_ORDER, LOAD, AcceptOrderRecord, Seen
from functions.provision.timeouts import WHMCS_CALL_SECONDS
from functions.provision.whmcs_order import whmcs_order_id

LONGEST_TEXT = 500


class AcceptOrder(Step[AcceptOrderRecord]):
    """Accepts the order. Without failures, it makes one call."""

    key = ACCEPT_ORDER
    seconds = 60

    def __init__(self, billing: BillingOrders, services: BillingServices) -> None:
        self._billing = billing
        self._services = services

    def outdated(self, run: Run) -> bool:
        """Whether the order was not accepted in an earlier attempt, so that it must run again."""
        stored, record = run.job.steps.get(ACCEPT_ORDER.name), run.record(ACCEPT_ORDER)
        earlier = stored is not None and stored.attempt != run.job.attempt
        return earlier and record is not None and not record.accepted

    def already_done(self, run: Run) -> AcceptOrderRecord | None:
        """Return the record of an earlier request that took effect wholly or in part, or None.

        A second AcceptOrder would run every module again. So when one service is set up already,
        `verify` runs the modules of the others. Both wait until nothing has changed for a minute,
        because an earlier request may still be at work.
        """
        record = run.record(ACCEPT_ORDER)
        if record is None or record.seen is None:
            return None  # it was never sent
        if is_accepted(self._billing, whmcs_order_id(run)):
            return AcceptOrderRecord(accepted=True)
        active = self._active(run)
        _settled(run, record.seen, active)
        return AcceptOrderRecord() if active else None

    def run(self, run: Run) -> AcceptOrderRecord:
        """Accept the order. `verify` sets up the service of a module that failed.

        A later attempt looks first, because an earlier one may have been refused in part. The order
        is accepted again only when WHMCS shows that no module has succeeded.
        """
        order_id = whmcs_order_id(run)
        if run.job.attempt > 1 or run.result(LOAD).forgotten:
            accepted = is_accepted(self._billing, order_id)
            if accepted or self._active(run):
                return AcceptOrderRecord(accepted=accepted)
        run.require(WHMCS_CALL_SECONDS)
        run.save(AcceptOrderRecord(seen=Seen(at=int(run.now()))))
        try:
            self._billing.accept(order_id, set_up=True)
        except NotPending:
            if not is_accepted(self._billing, order_id):
                raise Unavailable(
                    "whmcs", "AcceptOrder", "says not pending, and GetOrders says pending"
                ) from None
        except (Refused, Unavailable):
            run.save(AcceptOrderRecord())  # the request had no effect
            raise
        except ModuleFailed as failure:
            run.note("module-failed", failure.message)
            return AcceptOrderRecord(
                accepted=is_accepted(self._billing, order_id),
                module=failure.message[:LONGEST_TEXT],
            )
        return AcceptOrderRecord(accepted=True)

    def _active(self, run: Run) -> tuple[int, ...]:
        order_id = whmcs_order_id(run)
        services = self._services.of_client(run.result(LOAD).client_id)
        return tuple(sorted(one.id for one in services if one.order_id == order_id and one.active))


def _settled(run: Run, seen: Seen, active: tuple[int, ...]) -> None:
    """Raise Postpone until the same services have been active for a minute."""
    since = run.now() - seen.at
    if seen.active != active or since < 0:  # or the clock was set back
        run.save(AcceptOrderRecord(seen=Seen(active=active, at=int(run.now()))))
        since = 0.0
    if since < SETTLING_SECONDS:
        text = "WHMCS may still be at work on AcceptOrder."
        raise Postpone("whmcs-outcome-unknown", text, seconds=SETTLING_SECONDS - since)


def is_accepted(billing: BillingOrders, order_id: int) -> bool:
    """Whether the order is accepted. Raises StopWorkflow when it cannot be accepted any more."""
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
