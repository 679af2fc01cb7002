"""The step that places the WHMCS order.

WHMCS has no idempotency key. So the intent is recorded before the request is sent. After an
uncertain answer, two looks at least a minute apart must both find no order before the request is
sent once more. A claim keeps an order from belonging to two jobs.
"""

from __future__ import annotations

from portal.domain.upstream import Refused, Unavailable
from portal.engine.failures import SETTLING_SECONDS, Postpone, StopWorkflow
from portal.engine.steps import Run, Step
from portal.ports.billing_orders import (
    BillingOrders,
    BillingServices,
    Claims,
    NewBillingOrder,
    NewService,
    OrderRefused,
)

from functions.provision.order_search import find_order
from functions.provision.records import ADD_ORDER, CHECK, LOAD, AddOrderRecord, Sends
from functions.provision.timeouts import WHMCS_CALL_SECONDS

BETWEEN_LOOKS = SETTLING_SECONDS
MOST_SENDS = 2  # in one attempt


class AddOrder(Step[AddOrderRecord]):
    """Places the order. Without failures, it makes one call for all lines."""

    key = ADD_ORDER
    seconds = 60
    irreversible = True

    def __init__(
        self,
        billing: BillingOrders,
        services: BillingServices,
        claims: Claims,
        payment_method: str,
    ) -> None:
        self._billing = billing
        self._services = services
        self._claims = claims
        self._payment_method = payment_method

    def already_done(self, run: Run) -> AddOrderRecord | None:
        """Look for an order that an earlier request may have placed.

        Raises Postpone until the second look, and StopWorkflow after the second request.
        """
        record = _so_far(run)
        if record.sent_at is None:
            return None
        order_id = self._look(run, sent_at=float(record.sent_at))
        if order_id is not None:
            return self._found(run, order_id)
        since = -1.0 if record.looked_at is None else run.now() - record.looked_at
        if since < 0:  # the first look, or the clock was set back
            run.save(record.model_copy(update={"looked_at": int(run.now())}))
            raise _look_again(BETWEEN_LOOKS)
        if since < BETWEEN_LOOKS:
            raise _look_again(BETWEEN_LOOKS - since)
        if _sends(record, run) >= MOST_SENDS:
            raise StopWorkflow(
                "add-order-unconfirmed", "AddOrder was sent twice and WHMCS shows no order."
            )
        return None

    def _look(self, run: Run, *, sent_at: float | None) -> int | None:
        return find_order(
            run,
            services=self._services,
            billing=self._billing,
            sent_at=sent_at,
            is_free=lambda found: self._owner(found, run) == run.job.id,
        )

    def run(self, run: Run) -> AddOrderRecord:
        """Record the intent, place the order and claim it.

        An order of attempts that the job has forgotten is looked for first.
        """
        before = _so_far(run)
        if before.sent_at is None and run.result(LOAD).forgotten:
            placed_before = self._look(run, sent_at=None)
            if placed_before is not None:
                found = self._found(run, placed_before)
                run.save(found, irreversible=True)
                return found
        order = self._order(run)
        run.require(WHMCS_CALL_SECONDS)
        run.save(
            AddOrderRecord(
                sent_at=int(run.now()),
                sends=Sends(attempt=run.job.attempt, count=_sends(before, run) + 1),
                plan=run.result(CHECK).plan,
            ),
            irreversible=True,
        )
        try:
            placed = self._billing.add(order)
        except OrderRefused as error:
            _take_back(run, before)
            raise StopWorkflow(error.code, f"WHMCS says: {error.message}.") from error
        except (Refused, Unavailable):
            # The request had no effect, so the next run does not have to look.
            _take_back(run, before)
            raise
        return self._found(run, placed.order_id)

    def _found(self, run: Run, order_id: int) -> AddOrderRecord:
        if self._owner(order_id, run) != run.job.id:
            raise StopWorkflow(
                "add-order-ambiguous", f"WHMCS order {order_id} belongs to another Order."
            )
        return _so_far(run).model_copy(update={"order_id": order_id})

    def _owner(self, order_id: int, run: Run) -> str:
        return self._claims.claim(f"whmcs-order#{order_id}", run.job.id)

    def _order(self, run: Run) -> NewBillingOrder:
        check = run.result(CHECK)
        return NewBillingOrder(
            client_id=run.result(LOAD).client_id,
            payment_method=self._payment_method,
            ref=run.job.subject,
            notes=check.notes,
            services=[
                NewService(
                    pid=unit.pid,
                    quantity=unit.quantity,
                    billing_cycle=unit.cycle,
                    options=unit.options,
                    ref_field_id=unit.ref_field_id,
                )
                for unit in check.units
            ],
        )


def _so_far(run: Run) -> AddOrderRecord:
    return run.record(ADD_ORDER) or AddOrderRecord()


def _take_back(run: Run, before: AddOrderRecord) -> None:
    """Take the intent back, because nothing was ordered.

    This also holds for an earlier request, which two looks did not find.
    """
    run.save(AddOrderRecord(sends=before.sends), irreversible=False)


def _sends(record: AddOrderRecord, run: Run) -> int:
    """Return how often AddOrder was sent in this attempt."""
    sends = record.sends
    return sends.count if sends is not None and sends.attempt == run.job.attempt else 0


def _look_again(seconds: float) -> Postpone:
    return Postpone(
        "whmcs-outcome-unknown", "It is not certain whether AddOrder took effect.", seconds=seconds
    )
