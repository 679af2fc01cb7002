"""Ordering in the billing system (WHMCS).

All methods raise the errors of `portal.domain.upstream` with `upstream` = `whmcs`. No write is
idempotent, so callers must record their intent and look before they repeat one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol


class OptionKind(StrEnum):
    """How a configurable option is chosen."""

    CHOICE = "choice"
    QUANTITY = "quantity"
    YES_NO = "yesno"


@dataclass(frozen=True, kw_only=True)
class BillingOption:
    """A configurable option. `choices` are the labels by choice id."""

    id: int
    name: str
    kind: OptionKind
    choices: Mapping[int, str]
    minimum: int = 0
    maximum: int = 0


@dataclass(frozen=True, kw_only=True)
class BillingProduct:
    """A product with the cycles and options that it can be ordered with.

    `cycles` are input names (`monthly`, …) that are offered in any currency; empty when WHMCS does
    not name them. `ref_field_id` is the custom field Portal Order Ref, if it is on the order form.
    """

    pid: int
    ref_field_id: int | None
    allows_quantity: bool
    cycles: frozenset[str]
    options: Mapping[int, BillingOption]


@dataclass(frozen=True, kw_only=True)
class NewService:
    """One line of an order. `options` are choice ids, units or 1 by option id."""

    pid: int
    quantity: int
    billing_cycle: str
    options: Mapping[int, int] = field(default_factory=dict)
    ref_field_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class NewBillingOrder:
    """An order to place. `ref` is written into every line's Portal Order Ref."""

    client_id: int
    payment_method: str
    ref: str
    notes: str
    services: Sequence[NewService]


@dataclass(frozen=True)
class PlacedOrder:
    """The ids of the placed order and of its services."""

    order_id: int
    service_ids: tuple[int, ...]


class OrderState(StrEnum):
    """The status of a WHMCS order. `other` stands for an installation's own statuses."""

    PENDING = "Pending"
    ACTIVE = "Active"
    CANCELLED = "Cancelled"
    FRAUD = "Fraud"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class BillingOrder:
    """A WHMCS order. `placed_at` is the server's local time without a time zone."""

    id: int
    client_id: int
    state: OrderState
    notes: str
    placed_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class BillingService:
    """A service of a client. Custom fields and the displayed values of options are by id.

    `name` is the product's, in the client's language where WHMCS has a translation.
    """

    id: int
    order_id: int
    pid: int
    quantity: int
    billing_cycle: str
    active: bool
    status: str
    custom_fields: Mapping[int, str]
    options: Mapping[int, str]
    recurring: Decimal | None = None
    first_payment: Decimal | None = None
    name: str = ""

    def carries(self, ref: str) -> bool:
        """Whether one of its custom fields holds the reference."""
        return ref in self.custom_fields.values()


class ClientState(StrEnum):
    """Whether a client can order."""

    USABLE = "usable"
    CLOSED = "closed"
    MISSING = "missing"


class ProductCatalogue(Protocol):
    """The products of WHMCS."""

    def products(self, pids: Sequence[int]) -> Mapping[int, BillingProduct]:
        """Return the products that exist, by id. One call."""
        ...


class BillingClients(Protocol):
    """The state of a client, for the check before anything is ordered."""

    def state(self, client_id: int) -> ClientState:
        """Return whether the client is usable, closed or missing."""
        ...

    def has_valid_pay_method(self, client_id: int) -> bool | None:
        """Whether one of its pay methods is valid today; None when there is no such client."""
        ...


class NotPending(Exception):
    """AcceptOrder: the order is not Pending, or does not exist."""


class ModuleFailed(Exception):
    """A provisioning module refused to set a service up. `message` is the module's."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class OrderRefused(Exception):
    """WHMCS refused AddOrder, and nothing was ordered. `code` is a code of provisioning."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class BillingOrders(Protocol):
    """Places and accepts orders."""

    def add(self, order: NewBillingOrder) -> PlacedOrder:
        """Place an order with all its lines. Raises OrderRefused.

        After OutcomeUnknown the caller must look for the order before it repeats the call.
        """
        ...

    def accept(self, order_id: int, *, set_up: bool) -> None:
        """Accept a Pending order. `set_up` runs the provisioning modules.

        Raises NotPending or ModuleFailed.
        """
        ...

    def get(self, order_id: int) -> BillingOrder | None:
        """Return an order; None when there is none."""
        ...

    def of_client(self, client_id: int) -> Sequence[BillingOrder]:
        """Return all orders of a client. One call per page."""
        ...


class BillingServices(Protocol):
    """The services that WHMCS created for orders."""

    def of_client(self, client_id: int) -> Sequence[BillingService]:
        """Return all services of a client. One call per thousand."""
        ...

    def set_up(self, service_id: int) -> None:
        """Run the module's create function once more. Raises ModuleFailed."""
        ...


class ServiceReader(Protocol):
    """One service."""

    def find(self, service_id: int, *, client_id: int) -> BillingService | None:
        """The client's service of that id; None when the client has none. One call."""
        ...


class Claims(Protocol):
    """Records which job a thing in another system, such as a WHMCS order, belongs to."""

    def claim(self, thing: str, job_id: str) -> str:
        """Claim a thing for a job. Returns the job that has it, which may be another one."""
        ...
