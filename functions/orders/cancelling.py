"""Cancelling an order for its customer while nobody has begun to provision it.

The workflow record of the order decides between the customer and the operator's button: it is
closed by a conditional write before Salesforce is asked, and the button starts no attempt of a
closed job. What can go wrong, and what then holds:

- an attempt is under way, or one has had an effect: refused, nothing was changed;
- Salesforce refused, or was not reached: the closing is taken back, nothing was changed;
- Salesforce did not answer, or we died: the job stays closed, so nobody provisions the order; a
  repetition looks at the order and sets its status, unless staff has approved it meanwhile;
- staff approved or cancelled the order meanwhile: staff's decision stands.
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
    """Everything that cancelling needs. `status` is that of cancelled orders in this org."""

    orders: Orders
    own: OwnOrder
    jobs: JobStore
    status: str
    clock: Callable[[], float]

    def cancel(self, order_id: str, customer: CustomerMapping) -> OrderRecord:
        """Cancel an order (18-character id) and return it; once more changes nothing.

        Raises Problems `not-found` and `order-not-cancellable`, and upstream errors.
        """
        log_fields(sf_order_id=order_id)
        order = self.own.find(order_id, customer)
        if ended(order, self.status):
            return order
        closing = _closing(order_id)
        if not waits_for_review(order):
            # An earlier request may have closed the job and died before staff approved the order.
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
            # The next request for the order takes it back.
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
