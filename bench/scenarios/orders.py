"""Orders: carts of any size, and an order of three lines to read."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from portal.domain.catalog import AccountEligibility
from portal.ports.catalog import CatalogReader
from portal.ports.order_requests import Beginning, Begun
from portal.ports.orders import OrderRecord, Orders
from portal.ports.workflow import JobView, StepView

from bench.scenarios.scenario import Event, Scenario, same
from bench.scenarios.shelf import TODAY, products, sku
from functions.orders import cancel_order, create_order, get_order, list_orders
from functions.orders.cancelling import Cancelling
from functions.orders.checkout import Checkout
from functions.orders.deps import (
    CancelOrderDeps,
    CreateOrderDeps,
    ReadOrdersDeps,
    build_cancel_order,
    build_create_order,
    build_read_orders,
)
from functions.orders.own_order import OwnOrder
from functions.orders.placing import Placing
from functions.orders.reading import Reading
from tests.events import claims, rest_event
from tests.fakes.billing import FakeAddresses
from tests.fakes.catalog import FakeCatalog
from tests.fakes.directory import FakeDirectory, customer
from tests.fakes.mail import FakeMailQueue
from tests.fakes.orders import ORDER_ID, FakeJobs, FakeOrders, order_line, order_record
from tests.fakes.workflow import MemoryJobStore

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
PRODUCTS = 50
LINES = 3
ORDERS = 20


class NewRequests:
    """`OrderRequests` for which every request is new."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def begin(self, request_id: str, cart_hash: str, *, named: bool = False) -> Beginning:
        """Begin every request with a key of its own."""
        return Beginning(Begun.NEW, order_key=f"key-{next(self._numbers)}")

    def finish(self, request_id: str, begun: Beginning, answer: dict[str, Any]) -> None:
        """Nothing is kept."""

    def pause(self, request_id: str, begun: Beginning) -> None:
        """Nothing is kept."""

    def renew(self, request_id: str, begun: Beginning) -> None:
        """Nothing is kept."""

    def forget(self, request_id: str, begun: Beginning) -> None:
        """Nothing is kept."""


def scenarios() -> dict[str, Scenario]:
    """By endpoint id."""
    lines = tuple(order_line(sku=f"ESIM-{n}") for n in range(LINES))
    records = [order_record(number=f"{n:08d}", lines=lines) for n in range(1, ORDERS + 1)]
    steps = tuple(StepView(step, "done", NOW) for step in ("load", "check", "add_order"))
    job = JobView(status="in_progress", attempt=1, timeline=steps)
    reading = Reading(
        orders=FakeOrders(*records),
        jobs=FakeJobs(**{ORDER_ID: job}),
        currency="JPY",
        current=lambda mapping: mapping,
    )
    deps = ReadOrdersDeps(directory=FakeDirectory(customer()), reading=reading)
    for module in (list_orders, get_order):
        module.app.override(build_read_orders, lambda: deps)
    one = rest_event("GET", f"/orders/{ORDER_ID}", user=claims())
    call_off = rest_event("POST", f"/orders/{ORDER_ID}/cancel", user=claims())
    shelf = FakeCatalog(*products(PRODUCTS))

    def order() -> Event:
        sell(shelf, FakeOrders())
        return cart(LINES, of=PRODUCTS)

    return {
        "orders-create-order": Scenario(create_order.handler, order, 201),
        "orders-list-orders": Scenario(
            list_orders.handler, same(rest_event("GET", "/orders", user=claims()))
        ),
        "orders-get-order": Scenario(get_order.handler, same(one)),
        "orders-cancel-order": Scenario(cancel_order.handler, waiting(call_off, records[0])),
    }


def waiting(event: Event, order: OrderRecord) -> Callable[[], Event]:
    """Return the event of a request for an order that waits for review again each time."""

    def asked() -> Event:
        orders = FakeOrders(order)
        deps = CancelOrderDeps(
            directory=FakeDirectory(customer()),
            cancelling=Cancelling(
                orders=orders,
                own=OwnOrder(orders, lambda mapping: mapping),
                jobs=MemoryJobStore(),
                status="Cancelled",
                clock=NOW.timestamp,
            ),
            reading=Reading(
                orders=orders,
                jobs=FakeJobs(),
                currency="JPY",
                current=lambda mapping: mapping,
            ),
        )
        cancel_order.app.override(build_cancel_order, lambda: deps)
        return event

    return asked


def sell(catalog: CatalogReader, orders: Orders) -> None:
    """Set the upstreams of POST /orders."""
    deps = CreateOrderDeps(
        directory=FakeDirectory(customer()),
        placing=Placing(
            requests=NewRequests(),
            checkout=Checkout(
                catalog=catalog,
                eligibility=lambda _: AccountEligibility(),
                can_pay=lambda _: True,
                addresses=FakeAddresses(),
                today=lambda: TODAY,
                now=lambda: NOW,
            ),
            orders=orders,
            mail_queue=FakeMailQueue(),
            current=lambda mapping: mapping,
        ),
    )
    create_order.app.override(build_create_order, lambda: deps)


def cart(lines: int, *, of: int) -> Event:
    """Return an order of the last `lines` of `of` products. Every second one has options."""
    items = [
        {
            "sku": sku(number),
            "quantity": 1,
            "configOptions": {"router": "wifi6", "fixed-ip": 2} if number % 2 else {},
        }
        for number in range(of - lines, of)
    ]
    return rest_event("POST", "/orders", body={"items": items}, user=claims())
