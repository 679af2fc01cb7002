"""Orders in memory: Salesforce with a unique key, and a way to lose answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from portal.domain.order_options import OrderOptions
from portal.ports.orders import DuplicateOrder, NewOrder, OrderLine, OrderRecord, PlacedOrder
from portal.ports.workflow import JobView

from functions.orders.statuses import waits_for_review

ORDER_ID = "801000000000001AAA"


def order_line(**changes: Any) -> OrderLine:
    """One OrderItem."""
    values: dict[str, Any] = {
        "sku": "ESIM-10GB",
        "name": "eSIM 10 GB",
        "quantity": 1,
        "unit_price": Decimal("1500.00"),
        "billing_cycle": "monthly",
        "options": OrderOptions(),
    }
    return OrderLine(**{**values, **changes})


def order_record(**changes: Any) -> OrderRecord:
    """One Order that waits for review."""
    values: dict[str, Any] = {
        "id": ORDER_ID,
        "number": "00000101",
        "account_id": "001000000000101AAA",
        "status": "Pending Review",
        "activated": False,
        "provisioning_status": "Not Started",
        "created_at": datetime(2026, 11, 23, 1, 2, 3, tzinfo=UTC),
        "scheduled_at": None,
        "lines": (order_line(),),
    }
    return OrderRecord(**{**values, **changes})


class FakeOrders:
    """`Orders` over a list; `failure` is raised by the next write, before it takes effect."""

    def __init__(self, *records: OrderRecord) -> None:
        self.records = list(records)
        self.placed: dict[str, NewOrder] = {}
        self.failure: Exception | None = None

    def place(self, order: NewOrder) -> PlacedOrder:
        failure, self.failure = self.failure, None
        if failure is not None:
            raise failure
        if order.key in self.placed:
            raise DuplicateOrder(order.key)
        self.placed[order.key] = order
        return self._placed(order.key)

    def by_key(self, key: str) -> PlacedOrder | None:
        return self._placed(key) if key in self.placed else None

    def of_account(
        self, account_id: str, *, before: str | None, limit: int
    ) -> Sequence[OrderRecord]:
        mine = (r for r in self.records if r.account_id == account_id)
        older = [r for r in mine if before is None or r.number < before]
        return sorted(older, key=lambda record: record.number, reverse=True)[:limit]

    def find(self, order_id: str, account_id: str) -> OrderRecord | None:
        found = (r for r in self.records if (r.id, r.account_id) == (order_id, account_id))
        return next(found, None)

    def cancel(self, order_id: str, status: str) -> bool:
        failure, self.failure = self.failure, None
        if failure is not None:
            raise failure
        for number, record in enumerate(self.records):
            if record.id == order_id and waits_for_review(record):
                self.records[number] = replace(record, status=status)
                return True
        return False

    def _placed(self, key: str) -> PlacedOrder:
        number = list(self.placed).index(key) + 1
        return PlacedOrder(id=f"801{number:012d}AAA", number=f"{number:08d}")


class FakeJobs:
    """`JobReader` over a dict."""

    def __init__(self, **jobs: JobView) -> None:
        self.jobs = jobs

    def get(self, sf_order_id: str) -> JobView | None:
        return self.jobs.get(sf_order_id)
