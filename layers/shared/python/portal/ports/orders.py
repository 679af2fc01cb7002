"""Orders in Salesforce."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from portal.domain.billing import BillingAddress
from portal.domain.order_form import OrderForm
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
    """An Order to be. `key` is unique in Salesforce: the same key twice is one order.

    `currency` is that of the prices; `form` says what the org's Order takes, `billing_client` is
    the WHMCS client that an operator is pointed to for an address that could not be kept.
    """

    key: str
    account_id: str
    pricebook_id: str
    currency: str
    order_type: str
    effective: date
    address: BillingAddress = field(repr=False)
    lines: tuple[NewLine, ...]
    scheduled_at: datetime | None = None
    form: OrderForm = field(default_factory=OrderForm)
    billing_client: int | None = None


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
    is_esim: bool = False


@dataclass(frozen=True)
class OrderRecord:
    """An Order as Salesforce has it; `status` and `provisioning_status` are its picklists.

    `activated` is the category of the status, whatever the org calls it. `currency` is that of
    the amounts; None in an org with a single one, whose records do not name it.
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
    currency: str | None = None


class Orders(Protocol):
    """Placing and reading orders."""

    def place(self, order: NewOrder) -> PlacedOrder:
        """Create Order and OrderItems, all or nothing, in one call.

        An address never stands in the way: what the org does not take of it is left out (in one
        or two calls more when the org says so only then), and a note on the Order tells the
        operator. Raises DuplicateOrder when an order of that key exists, PriceWithdrawn when a
        price is not sold any more, and upstream errors.
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


class PriceWithdrawn(Exception):  # reads as what happened
    """The org does not sell these lines at their prices any more; nothing was placed.

    `lines` are indices into `NewOrder.lines`.
    """

    def __init__(self, lines: tuple[int, ...]) -> None:
        super().__init__(", ".join(str(line) for line in lines))
        self.lines = lines
