"""Places an order exactly once.

The saga writes a record of the request, checks the cart, places the order with one graph request,
queues the mail and finishes the record. The record holds the key that the order has in Salesforce.
This is how the saga handles failures:

- The checks refuse the cart: nothing was placed, and the record of a new request is deleted.
- Salesforce refuses the order: the record of a new request is deleted, too. When Salesforce refuses
  a price, the catalogue is read again. When the customer's Account was merged, the order is placed
  for the Account that was kept.
- Salesforce does not answer: the order is looked up by its key. When it is not found, the caller is
  told that the request can be repeated. The repeated request looks up the order before it places
  one.
- The process dies: the record's lease ends. The repeated request looks up the order, too.
- Salesforce has an order with the key already: that order is the answer.
- The same cart comes again after its customer cancelled the order: a new order is placed. A request
  with an Idempotency-Key is the exception, because its key stands for one order.
- The order is placed, and queueing the mail or finishing the record fails: the order is the answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from portal.domain.identity import CustomerMapping
from portal.domain.mail import MailJob
from portal.domain.mail_contents import OrderReceived
from portal.domain.problems import (
    IDEMPOTENCY_KEY_REUSED,
    IN_PROGRESS,
    Problem,
)
from portal.domain.upstream import OutcomeUnknown, Refused, UpstreamError
from portal.observability import count, log_fields, logger
from portal.ports.identity import CurrentMapping
from portal.ports.mail import MailQueue
from portal.ports.order_requests import Beginning, Begun, OrderRequests
from portal.ports.orders import DuplicateOrder, NewOrder, Orders, PlacedOrder, PriceWithdrawn

from functions.orders.checkout import Checkout
from functions.orders.fingerprint import cart_hash, request_id
from functions.orders.models import OrderCreated, OrderRequest

WAIT_STEP = 0.2
WAIT_SECONDS = 10.0


@dataclass(frozen=True)
class Placed:
    """The answer. `replayed` says that an earlier request placed the order."""

    answer: OrderCreated
    replayed: bool


@dataclass(frozen=True)
class Placing:
    """Places orders. `wait` takes seconds. `cancelled` says whether an order was cancelled."""

    requests: OrderRequests
    checkout: Checkout
    orders: Orders
    mail_queue: MailQueue
    current: CurrentMapping
    cancelled: Callable[[str], bool] = lambda _: False
    wait: Callable[[float], None] = time.sleep

    def place(
        self, customer: CustomerMapping, request: OrderRequest, idempotency_key: str | None
    ) -> Placed:
        """Place the order, or return the order that an earlier request placed.

        Raises Problem `in-progress` or `idempotency-key-reused`, the Problems of Checkout, and
        UpstreamErrors.
        """
        cart = cart_hash(request)
        attempt = _Attempt(
            self,
            customer,
            request_id(customer.user_id, cart, idempotency_key),
            named=bool(idempotency_key),
        )
        begun = attempt.begin(cart)
        if begun.state is Begun.DONE and idempotency_key is None and self._was_cancelled(begun):
            self.requests.renew(attempt.request_id, begun)
            begun = attempt.begin(cart)
        if begun.state is Begun.DONE:
            return Placed(OrderCreated.model_validate(begun.answer), replayed=True)
        if begun.state is Begun.RESUMED:
            found = attempt.look(begun)
            if found is not None:
                return Placed(attempt.finish(begun, found), replayed=True)
        placed = attempt.place(begun, request)
        return Placed(attempt.finish(begun, placed), replayed=False)

    def _was_cancelled(self, begun: Beginning) -> bool:
        return self.cancelled(OrderCreated.model_validate(begun.answer).sf_order_id)


@dataclass(frozen=True)
class _Attempt:
    """One attempt to carry out a request."""

    placing: Placing
    customer: CustomerMapping
    request_id: str
    named: bool

    def begin(self, cart: str) -> Beginning:
        requests = self.placing.requests
        begun = requests.begin(self.request_id, cart, named=self.named)
        waited = 0.0
        while begun.state is Begun.BUSY and waited < WAIT_SECONDS:
            self.placing.wait(WAIT_STEP)
            waited += WAIT_STEP
            begun = requests.begin(self.request_id, cart, named=self.named)
        if begun.state is Begun.BUSY:
            raise Problem(
                IN_PROGRESS,
                "This cart is being ordered right now.",
                retry_after=begun.retry_after,
            )
        if begun.state is Begun.OTHER_CART:
            raise Problem(IDEMPOTENCY_KEY_REUSED, "Use a new Idempotency-Key for another cart.")
        return begun

    def place(self, begun: Beginning, request: OrderRequest) -> PlacedOrder:
        try:
            order = self.placing.checkout.order_of(self.customer, request, begun.order_key)
        except Exception:  # nothing has been sent yet, whatever the error is
            self._give_up(begun)
            raise
        try:
            return self._sent(order)
        except (DuplicateOrder, OutcomeUnknown):
            return self._found(begun)
        except PriceWithdrawn as withdrawn:
            self._give_up(begun)
            raise self.placing.checkout.withdrawn(withdrawn.lines) from withdrawn
        except Refused:
            self._give_up(begun)
            raise
        except Exception:  # the next attempt looks up the order before it places it
            self._pause(begun)
            raise

    def _sent(self, order: NewOrder) -> PlacedOrder:
        """Place the order. If the Account was merged, place it for the Account that was kept."""
        try:
            return self.placing.orders.place(order)
        except PriceWithdrawn:
            raise
        except Refused:
            current = self.placing.current(self.customer)
            if current.sf_account_id == order.account_id:
                raise
        return self.placing.orders.place(replace(order, account_id=current.sf_account_id))

    def finish(self, begun: Beginning, placed: PlacedOrder) -> OrderCreated:
        log_fields(sf_order_id=placed.id)
        answer = OrderCreated(
            sf_order_id=placed.id, order_number=placed.number, status="pending_review"
        )
        mail = MailJob.of(
            OrderReceived(sf_order_id=placed.id, order_number=placed.number),
            user_id=self.customer.user_id,
            dedup_key=f"order-received:{placed.id}",
        )
        try:
            self.placing.mail_queue.put([mail])
        except UpstreamError as error:
            count("OrderMailsNotQueued")
            logger().error("order placed, its mail is not queued", extra={"reason": str(error)})
        try:
            document = answer.model_dump(by_alias=True)
            self.placing.requests.finish(self.request_id, begun, document)
        except UpstreamError as error:
            # The lease ends by itself. A repeated request then finds the order by its key.
            logger().warning("order placed, its record stays open", extra={"reason": str(error)})
        count("OrdersPlaced")
        logger().info("order placed")
        return answer

    def look(self, begun: Beginning) -> PlacedOrder | None:
        """Return the order with the key, or None. Raises the errors of the look-up."""
        try:
            found = self.placing.orders.by_key(begun.order_key)
        except Exception:  # the next attempt can look up the order immediately
            self._pause(begun)
            raise
        if found is not None:
            count("OrdersRecovered")
        return found

    def _found(self, begun: Beginning) -> PlacedOrder:
        placed = self.look(begun)
        if placed is None:
            self._pause(begun)
            raise OutcomeUnknown("salesforce", "composite/graph", "no order of the key yet")
        return placed

    def _give_up(self, begun: Beginning) -> None:
        # An earlier attempt may have sent an order that appears later and is found by its key
        # alone. Only the record of a new request may therefore be deleted.
        if begun.state is not Begun.NEW:
            self._pause(begun)
            return
        try:
            self.placing.requests.forget(self.request_id, begun)
        except UpstreamError as error:
            _lease_stays(error)

    def _pause(self, begun: Beginning) -> None:
        try:
            self.placing.requests.pause(self.request_id, begun)
        except UpstreamError as error:
            _lease_stays(error)


def _lease_stays(error: UpstreamError) -> None:
    # The lease ends by itself, and the caller needs the error that stopped the attempt.
    logger().warning("order request keeps its lease", extra={"reason": str(error)})
