"""The port for placing and reading Orders in Salesforce."""

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
    """One OrderItem to create. Prices and options are snapshots."""

    key: str
    pricebook_entry_id: str
    quantity: int
    unit_price: Decimal
    billing_cycle: str
    options: OrderOptions


@dataclass(frozen=True)
class NewOrder:
    """An Order to create. `key` is unique in Salesforce, so one key makes one order.

    `currency` is that of the prices. `form` says what the org's Order accepts. `billing_client` is
    the WHMCS client that the operator is told when the address does not fit.
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
    """The id and the number of an existing Order."""

    id: str
    number: str


@dataclass(frozen=True)
class OrderLine:
    """One OrderItem with the values that a customer may see."""

    sku: str
    name: str
    quantity: int
    unit_price: Decimal
    billing_cycle: str
    options: OrderOptions
    service_id: str | None = None
    is_esim: bool = False


DRAFT_STATUS = "Pending Review"
"""`Order.Status` of an order that waits for review. Its category is Draft."""
NOT_BEGUN = frozenset({"Not Started", "Failed"})
"""`Provisioning_Status__c` of an order that nobody provisions at the moment."""


@dataclass(frozen=True)
class OrderRecord:
    """An Order of Salesforce. `status` and `provisioning_status` are values of its picklists.

    `activated` tells the category of the status, whose name the org can choose. `currency` is that
    of the amounts; None in an org with a single currency, whose records do not name it.
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
    """Places and reads orders."""

    def place(self, order: NewOrder) -> PlacedOrder:
        """Create Order and OrderItems, all or nothing, in one call.

        An address never prevents an order: the parts that the org does not accept are left out,
        and a note on the Order tells the operator. This takes up to two more calls. Raises
        DuplicateOrder when an order with that key exists, PriceWithdrawn when a price is no longer
        sold, and UpstreamErrors.
        """
        ...

    def by_key(self, key: str) -> PlacedOrder | None:
        """Return the order with a key, or None. One call."""
        ...

    def of_account(
        self, account_id: str, *, before: str | None, limit: int
    ) -> Sequence[OrderRecord]:
        """Return orders of an Account, newest first. `before` is the last OrderNumber seen."""
        ...

    def find(self, order_id: str, account_id: str) -> OrderRecord | None:
        """Return an order if it belongs to the Account, else None. One call."""
        ...

    def cancel(self, order_id: str, status: str) -> bool:
        """Give an order that waits for review the status of a cancelled one. One call.

        Returns False, and changes nothing, when it does not wait for review any more.
        """
        ...


class DuplicateOrder(Exception):  # reads as what happened
    """Salesforce already has an order with this key."""


class PriceWithdrawn(Exception):  # reads as what happened
    """The org no longer sells these lines at their prices, and nothing was placed.

    `lines` are indices into `NewOrder.lines`.
    """

    def __init__(self, lines: tuple[int, ...]) -> None:
        super().__init__(", ".join(str(line) for line in lines))
        self.lines = lines
