"""Orders in Salesforce."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from portal.domain.billing import BillingAddress
from portal.domain.order_options import OrderOptions


@dataclass(frozen=True)
class NewLine:
    """One OrderItem to be: prices and options are snapshots."""

    key: str
    pricebook_entry_id: str
    quantity: int
    unit_price: Decimal
    billing_cycle: str
    options: OrderOptions


@dataclass(frozen=True)
class NewOrder:
    """An Order to be. `key` is unique in Salesforce: the same key twice is one order."""

    key: str
    account_id: str
    pricebook_id: str
    order_type: str
    effective: date
    address: BillingAddress = field(repr=False)
    lines: tuple[NewLine, ...]
    scheduled_at: datetime | None = None


@dataclass(frozen=True)
class PlacedOrder:
    """An Order that exists."""

    id: str
    number: str


@dataclass(frozen=True)
class OrderLine:
    """One OrderItem as a customer may see it."""

    sku: str
    name: str
    quantity: int
    unit_price: Decimal
    billing_cycle: str
    options: OrderOptions
    service_id: str | None = None


@dataclass(frozen=True)
class OrderRecord:
    """An Order as Salesforce has it; `status` and `provisioning_status` are its picklists.

    `activated` is the category of the status, whatever the org calls it.
    """

    id: str
    number: str
    account_id: str
    status: str
    activated: bool
    provisioning_status: str | None
    created_at: datetime
    scheduled_at: datetime | None
    lines: tuple[OrderLine, ...] = ()


class Orders(Protocol):
    """Placing and reading orders."""

    def place(self, order: NewOrder) -> PlacedOrder:
        """Create Order and OrderItems, all or nothing, in one call.

        Raises DuplicateOrder when an order of that key exists, and upstream errors.
        """
        ...

    def by_key(self, key: str) -> PlacedOrder | None:
        """The order of a key. One call."""
        ...

    def of_account(
        self, account_id: str, *, before: str | None, limit: int
    ) -> Sequence[OrderRecord]:
        """Orders of an Account, newest first; `before` is the OrderNumber of the last one seen."""
        ...

    def find(self, order_id: str, account_id: str) -> OrderRecord | None:
        """One order, if it is that Account's. One call."""
        ...


class DuplicateOrder(Exception):  # reads as what happened
    """Salesforce has an order of this key already."""
