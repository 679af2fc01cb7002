"""Cancels an order for its customer while no provisioning of it has begun.

The order's job in the workflow table decides between the customer and the operator's button. A
conditional write closes the job before Salesforce is called, and the button starts no attempt of a
closed job. This is how failures are handled:

- An attempt is under way, or one has had an effect: the request is refused and changes nothing.
- Salesforce refuses or is not reached: the job is reopened, and nothing has changed.
- Salesforce does not answer, or the process dies: the job stays closed, so the order is not
  provisioned. The repeated request reads the order and sets its status, unless staff has approved
  the order meanwhile.
- Staff approves or cancels the order meanwhile: the decision of staff stands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from portal import correlation
from portal.domain.identity import CustomerMapping
from portal.domain.problems import ORDER_NOT_CANCELLABLE, Problem
from portal.domain.upstream import OutcomeUnknown, UpstreamError
from portal.engine.closing import Closing, close, reopen
from portal.engine.ports import JobStore
from portal.observability import count, log_fields, logger
from portal.ports.orders import OrderRecord, Orders
from portal.provisioning.job import CLOSED_CODE, CLOSED_TEXT, KIND

from functions.orders.own_order import OwnOrder
from functions.orders.statuses import ended, waits_for_review


@dataclass(frozen=True)
class Cancelling:
    """Cancels orders. `status` is the status of cancelled orders in this org.

    `clock` returns epoch seconds.
    """

    orders: Orders
    own: OwnOrder
    jobs: JobStore
    status: str
    clock: Callable[[], float]

    def cancel(self, order_id: str, customer: CustomerMapping) -> OrderRecord:
        """Cancel an order (18-character id), and return it. Repeating it changes nothing.

        Raises Problem `not-found`, `account-conflict` or `order-not-cancellable`, and
        UpstreamErrors.
        """
        log_fields(sf_order_id=order_id)
        order = self.own.find(order_id, customer)
        if ended(order, self.status):
            return order
        closing = _closing(order_id)
        if not waits_for_review(order):
            # An earlier request may have closed the job and died. Staff then approved the order.
            reopen(self.jobs, closing, now=self.clock())
            raise _too_late()
        if not close(self.jobs, closing, now=self.clock()):
            raise _too_late()
        if not self._written(order_id, closing):
            return self._changed_meanwhile(order_id, customer, closing)
        count("OrdersCancelled")
        logger().info("order cancelled by its customer")
        return replace(order, status=self.status)

    def _written(self, order_id: str, closing: Closing) -> bool:
        try:
            return self.orders.cancel(order_id, self.status)
        except OutcomeUnknown:
            raise  # the order may be cancelled, so the job stays closed
        except UpstreamError:
            self._take_back(closing)
            raise

    def _changed_meanwhile(
        self, order_id: str, customer: CustomerMapping, closing: Closing
    ) -> OrderRecord:
        order = self.own.find(order_id, customer)
        if ended(order, self.status):
            return order
        self._take_back(closing)
        raise _too_late()

    def _take_back(self, closing: Closing) -> None:
        try:
            reopen(self.jobs, closing, now=self.clock())
        except UpstreamError as error:
            # The next request for the order reopens the job.
            logger().warning("order stays closed", extra={"reason": str(error)})


def _closing(order_id: str) -> Closing:
    return Closing(
        kind=KIND,
        subject=order_id,
        code=CLOSED_CODE,
        text=CLOSED_TEXT,
        correlation_id=correlation.current(),
    )


def _too_late() -> Problem:
    return Problem(
        ORDER_NOT_CANCELLABLE,
        "The order is approved or being set up already. Ask us if you need it undone.",
    )
