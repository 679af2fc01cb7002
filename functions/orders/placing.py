"""Placing an order exactly once.

The saga: begin (a record with the order's key in Salesforce) → check → place (one graph) → mail →
finish. What can go wrong, and what then holds:

- refused by our checks: the record goes, nothing was placed;
- Salesforce refused: the same; when it refused a price, the catalogue is read again; when the
  customer's Account was merged into another one, the order is placed for that one;
- Salesforce did not answer: the key is looked up; if the order is not there (yet), the caller is
  told that repeating is safe, and the repetition looks before it places;
- we died anywhere: the record's lease ends, and the repetition looks before it places;
- an order of the key exists when we place: that is the order;
- the order is placed and its mail or record fails: the caller gets the order all the same.
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
    """The answer, and whether it was given before."""

    answer: OrderCreated
    replayed: bool


@dataclass(frozen=True)
class Placing:
    """Everything that placing an order needs."""

    requests: OrderRequests
    checkout: Checkout
    orders: Orders
    mail_queue: MailQueue
    current: CurrentMapping
    wait: Callable[[float], None] = time.sleep

    def place(
        self, customer: CustomerMapping, request: OrderRequest, idempotency_key: str | None
    ) -> Placed:
        """Place the order, or find it placed.

        Raises Problems for carts, payment and keys, and upstream errors.
        """
        cart = cart_hash(request)
        attempt = _Attempt(
            self,
            customer,
            request_id(customer.user_id, cart, idempotency_key),
            named=bool(idempotency_key),
        )
        begun = attempt.begin(cart)
        if begun.state is Begun.DONE:
            return Placed(OrderCreated.model_validate(begun.answer), replayed=True)
        if begun.state is Begun.RESUMED:
            found = attempt.look(begun)
            if found is not None:
                return Placed(attempt.finish(begun, found), replayed=True)
        placed = attempt.place(begun, request)
        return Placed(attempt.finish(begun, placed), replayed=False)


@dataclass(frozen=True)
class _Attempt:
    """One attempt at one request."""

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
        except Exception:  # whatever it was: nothing has been sent yet
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
        except Exception:  # whatever it was: the next one looks before it places
            self._pause(begun)
            raise

    def _sent(self, order: NewOrder) -> PlacedOrder:
        """The order placed; for the Account that was kept when the customer's was merged."""
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
            # The lease ends by itself; a repetition then finds the order by its key.
            logger().warning("order placed, its record stays open", extra={"reason": str(error)})
        count("OrdersPlaced")
        logger().info("order placed")
        return answer

    def look(self, begun: Beginning) -> PlacedOrder | None:
        """The order of the key, if it is there; who cannot look leaves it to the next one."""
        try:
            found = self.placing.orders.by_key(begun.order_key)
        except Exception:  # whatever it was: the next one can look at once
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
        # An earlier attempt may have sent an order that only shows up later; its key is the one
        # thing that finds it, so only a request that is new may be forgotten.
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
    # What the caller must hear is what made us stop; the lease ends by itself.
    logger().warning("order request keeps its lease", extra={"reason": str(error)})
