"""Placing an order exactly once.

The saga: begin (a record with the order's key in Salesforce) → check → place (one graph) → mail →
finish. What can go wrong, and what then holds:

- refused by our checks: the record goes, nothing was placed;
- Salesforce refused: the same;
- Salesforce did not answer: the key is looked up; if the order is not there (yet), the caller is
  told that repeating is safe, and the repetition looks before it places;
- we died anywhere: the record's lease ends, and the repetition looks before it places;
- an order of the key exists when we place: that is the order.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from portal.domain.billing import BillingAddress
from portal.domain.catalog import AccountEligibility
from portal.domain.identity import CustomerMapping
from portal.domain.mail import MailJob, MailTemplate
from portal.domain.problems import (
    CART_INVALID,
    IDEMPOTENCY_KEY_REUSED,
    IN_PROGRESS,
    PAYMENT_METHOD_REQUIRED,
    FieldError,
    Problem,
)
from portal.domain.upstream import OutcomeUnknown, Refused, Unavailable
from portal.observability import count, log_fields, logger
from portal.ports.billing import BillingAddresses
from portal.ports.catalog import CatalogReader
from portal.ports.mail import MailOutbox
from portal.ports.order_requests import Beginning, Begun, OrderRequests
from portal.ports.orders import DuplicateOrder, NewLine, NewOrder, Orders, PlacedOrder

from functions.orders.cart import PricedLine, needs_eligibility, price
from functions.orders.models import OrderCreated, OrderRequest

WAIT_STEP = 0.2
WAIT_SECONDS = 10.0
MIXED = "Other"


@dataclass(frozen=True)
class Placed:
    """The answer, and whether it was given before."""

    answer: OrderCreated
    replayed: bool


@dataclass(frozen=True)
class Placing:
    """Everything that placing an order needs."""

    requests: OrderRequests
    catalog: CatalogReader
    eligibility: Callable[[str], AccountEligibility]
    can_pay: Callable[[int], bool]
    addresses: BillingAddresses
    orders: Orders
    outbox: MailOutbox
    today: Callable[[], date]
    now: Callable[[], datetime]
    wait: Callable[[float], None] = time.sleep

    def place(
        self, customer: CustomerMapping, request: OrderRequest, idempotency_key: str | None
    ) -> Placed:
        """Place the order, or find it placed.

        Raises Problems for carts, payment and keys, and upstream errors.
        """
        cart = cart_hash(request)
        request_id = _request_id(customer.user_id, cart, idempotency_key)
        begun = self._begin(request_id, cart)
        if begun.state is Begun.DONE:
            return Placed(OrderCreated.model_validate(begun.answer), replayed=True)
        placed = None
        if begun.state is Begun.RESUMED:
            placed = self.orders.by_key(begun.order_key)
        if placed is not None:
            count("OrdersRecovered")
            return Placed(self._finish(customer, request_id, begun, placed), replayed=True)
        placed = self._checked_and_placed(customer, request, request_id, begun)
        return Placed(self._finish(customer, request_id, begun, placed), replayed=False)

    def _begin(self, request_id: str, cart: str) -> Beginning:
        begun = self.requests.begin(request_id, cart)
        waited = 0.0
        while begun.state is Begun.BUSY and waited < WAIT_SECONDS:
            self.wait(WAIT_STEP)
            waited += WAIT_STEP
            begun = self.requests.begin(request_id, cart)
        if begun.state is Begun.BUSY:
            raise Problem(IN_PROGRESS, "This cart is being ordered right now.", retry_after=2)
        if begun.state is Begun.OTHER_CART:
            raise Problem(IDEMPOTENCY_KEY_REUSED, "Use a new Idempotency-Key for another cart.")
        return begun

    def _checked_and_placed(
        self, customer: CustomerMapping, request: OrderRequest, request_id: str, begun: Beginning
    ) -> PlacedOrder:
        key = begun.order_key
        try:
            order = self._order(customer, request, key)
        except BaseException:
            self._give_up(request_id, begun)
            raise
        try:
            return self.orders.place(order)
        except DuplicateOrder:
            return self._found(request_id, key)
        except OutcomeUnknown:
            return self._found(request_id, key)
        except Unavailable:
            self.requests.pause(request_id, key)
            raise
        except Refused:
            self._give_up(request_id, begun)
            raise

    def _give_up(self, request_id: str, begun: Beginning) -> None:
        # An earlier attempt may have sent an order that only shows up later; its key is the one
        # thing that finds it, so only a request that is new may be forgotten.
        if begun.state is Begun.NEW:
            self.requests.forget(request_id, begun.order_key)
        else:
            self.requests.pause(request_id, begun.order_key)

    def _found(self, request_id: str, key: str) -> PlacedOrder:
        try:
            placed = self.orders.by_key(key)
        finally:
            # Whatever the look-up says or fails with, the next attempt may start at once.
            self.requests.pause(request_id, key)
        if placed is None:
            raise OutcomeUnknown("salesforce", "composite/graph", "no order of the key yet")
        count("OrdersRecovered")
        return placed

    def _order(self, customer: CustomerMapping, request: OrderRequest, key: str) -> NewOrder:
        lines = self._lines(customer, request)
        scheduled_at = self._schedule(request, lines)
        if any(line.product.requires_payment_method for line in lines) and not self.can_pay(
            customer.whmcs_client_id
        ):
            raise Problem(
                PAYMENT_METHOD_REQUIRED,
                "Add a payment method (POST /auth/sso-link, destination payment-methods) "
                "and order again.",
            )
        address = self.addresses.of_client(customer.whmcs_client_id)
        return _new_order(customer, key, lines, address, self.today(), scheduled_at)

    def _lines(self, customer: CustomerMapping, request: OrderRequest) -> list[PricedLine]:
        catalog = self.catalog.current()
        account = AccountEligibility()
        if needs_eligibility(request.items, catalog):
            account = self.eligibility(customer.sf_account_id)
        return price(request.items, catalog, self.today(), account)

    def _schedule(self, request: OrderRequest, lines: list[PricedLine]) -> datetime | None:
        at = request.activation.at
        if request.activation.type == "immediate":
            if at is not None:
                raise _bad_activation("/activation/at", "Only scheduled activations have a time.")
            return None
        if at is None or at <= self.now():
            raise _bad_activation("/activation/at", "Give a time in the future.")
        if not any(line.product.is_esim for line in lines):
            raise _bad_activation("/activation/type", "Only eSIMs can be scheduled.")
        return at

    def _finish(
        self, customer: CustomerMapping, request_id: str, begun: Beginning, placed: PlacedOrder
    ) -> OrderCreated:
        log_fields(sf_order_id=placed.id)
        answer = OrderCreated(
            sf_order_id=placed.id, order_number=placed.number, status="pending_review"
        )
        self.outbox.put(
            [
                MailJob(
                    template=MailTemplate.ORDER_RECEIVED,
                    user_id=customer.user_id,
                    dedup_key=f"order-received:{placed.id}",
                    parameters={"sfOrderId": placed.id, "orderNumber": placed.number},
                )
            ]
        )
        self.requests.finish(request_id, begun.order_key, answer.model_dump(by_alias=True))
        count("OrdersPlaced")
        logger().info("order placed")
        return answer


def cart_hash(request: OrderRequest) -> str:
    """A fingerprint of what is ordered; the order of lines and options does not matter."""
    document = request.model_dump(mode="json")
    document["items"] = sorted(json.dumps(item, sort_keys=True) for item in document["items"])
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def _request_id(user_id: str, cart: str, idempotency_key: str | None) -> str:
    reason = f"key:{idempotency_key}" if idempotency_key else f"cart:{cart}"
    return hashlib.sha256(f"{user_id}\x1f{reason}".encode()).hexdigest()


def _bad_activation(pointer: str, detail: str) -> Problem:
    error = FieldError(detail, pointer=pointer, code="activation-invalid")
    return Problem(CART_INVALID, "Correct what errors name and order again.", errors=(error,))


def _new_order(
    customer: CustomerMapping,
    key: str,
    lines: list[PricedLine],
    address: BillingAddress,
    today: date,
    scheduled_at: datetime | None,
) -> NewOrder:
    categories = {line.product.category for line in lines}
    return NewOrder(
        key=key,
        account_id=customer.sf_account_id,
        pricebook_id=lines[0].product.pricebook_id,
        order_type=categories.pop() if len(categories) == 1 else MIXED,
        effective=today,
        address=address,
        scheduled_at=scheduled_at,
        lines=tuple(
            NewLine(
                key=f"{key}-{number:03d}",
                pricebook_entry_id=line.product.pricebook_entry_id,
                quantity=line.quantity,
                unit_price=line.unit_price,
                billing_cycle=line.product.billing_cycle,
                options=line.options,
            )
            for number, line in enumerate(lines, start=1)
        ),
    )
