"""The data of the emulated WHMCS, in memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, Field

from local.emulators.whmcs import records
from local.emulators.whmcs.catalogue import (
    CamelStrict,
    ClientCustomField,
    Currency,
    Gateway,
    Product,
    ProductGroup,
)

RecordT = TypeVar("RecordT", bound=records.Record)


class Credentials(CamelStrict):
    """The credentials of API callers. An empty `allowed_ips` admits every address."""

    identifier: str = "local-identifier"
    secret: str = "local-secret"
    access_key: str = ""
    allowed_ips: list[str] = Field(default_factory=list)
    admin_username: str = ""
    admin_password: str = ""


class Table(Generic[RecordT]):
    """Records by id; ids count up and are never used twice."""

    def __init__(self) -> None:
        self._rows: dict[int, RecordT] = {}
        self._last = 0

    def next_id(self) -> int:
        """Reserve an id."""
        self._last += 1
        return self._last

    def add(self, record: RecordT) -> RecordT:
        """Store a record under its id; raises ValueError when the id is taken."""
        if record.id in self._rows:
            msg = f"there is a {type(record).__name__} with id {record.id} already"
            raise ValueError(msg)
        self._rows[record.id] = record
        self._last = max(self._last, record.id)
        return record

    def get(self, record_id: int | None) -> RecordT | None:
        """The record of that id."""
        return None if record_id is None else self._rows.get(record_id)

    def remove(self, record_id: int) -> None:
        """Forget a record."""
        del self._rows[record_id]

    def where(self, test: Callable[[RecordT], bool]) -> list[RecordT]:
        """The records that pass, oldest first."""
        return [record for record in self._rows.values() if test(record)]

    def all(self) -> list[RecordT]:
        """Every record, oldest first."""
        return list(self._rows.values())


class Store:
    """The tables, the shop's set-up and the API credentials."""

    def __init__(self) -> None:
        self.credentials = Credentials()
        self.gateways: dict[str, Gateway] = {}
        self.currencies: dict[int, Currency] = {}
        self.client_custom_fields: dict[int, ClientCustomField] = {}
        self.groups: dict[int, ProductGroup] = {}
        self.products: dict[int, Product] = {}
        self.users: Table[records.User] = Table()
        self.clients: Table[records.Client] = Table()
        self.pay_methods: Table[records.PayMethod] = Table()
        self.orders: Table[records.Order] = Table()
        self.services: Table[records.Service] = Table()
        self.invoices: Table[records.Invoice] = Table()
        self.invoice_items = 0
        self.transactions: Table[records.Transaction] = Table()
        self.credits: Table[records.Credit] = Table()
        self.billable_items: Table[records.BillableItem] = Table()
        self.module_queue: Table[records.QueueEntry] = Table()
        self.module_calls: Table[records.ModuleCall] = Table()
        self.cancel_requests: Table[records.CancelRequest] = Table()
        self.emails: Table[records.LoggedEmail] = Table()
        self.sso_tokens: Table[records.SsoToken] = Table()

    def default_currency(self) -> Currency:
        """The one marked as default, else the first, else US dollars."""
        marked = [currency for currency in self.currencies.values() if currency.default]
        if marked:
            return marked[0]
        if self.currencies:
            return next(iter(self.currencies.values()))
        return Currency(id=1, code="USD", prefix="$", suffix=" USD", default=True)

    def currency_of(self, client: records.Client) -> Currency:
        """The client's currency."""
        return self.currencies.get(client.currency) or self.default_currency()

    def user_by_email(self, email: str) -> records.User | None:
        """Exact match, letter case aside."""
        wanted = email.casefold()
        return next(iter(self.users.where(lambda user: user.email.casefold() == wanted)), None)

    def client_by_email(self, email: str) -> records.Client | None:
        """Exact match, letter case aside."""
        wanted = email.casefold()
        found = self.clients.where(lambda client: client.email.casefold() == wanted)
        return next(iter(found), None)

    def services_of(self, order: records.Order) -> list[records.Service]:
        """An order's lines."""
        found = (self.services.get(service_id) for service_id in order.service_ids)
        return [service for service in found if service is not None]

    def gateway_name(self, module: str) -> str:
        """The display name of a gateway."""
        gateway = self.gateways.get(module)
        return gateway.displayname if gateway else module

    def product_label(self, pid: int) -> str:
        """ "Group - Product", as orders and invoices name a line."""
        product = self.products[pid]
        group = self.groups.get(product.gid)
        return f"{group.name} - {product.name}" if group else product.name

    def next_invoice_item(self) -> int:
        """Reserve the id of an invoice line."""
        self.invoice_items += 1
        return self.invoice_items

    def dump(self) -> dict[str, Any]:
        """All of it as JSON; password hashes stay in."""
        return {
            "config": self.credentials.model_dump(mode="json", by_alias=True),
            "gateways": _as_json(self.gateways.values()),
            "currencies": _as_json(self.currencies.values()),
            "clientCustomFields": _as_json(self.client_custom_fields.values()),
            "productGroups": _as_json(self.groups.values()),
            "products": _as_json(self.products.values()),
            **self.books(),
        }

    def books(self) -> dict[str, Any]:
        """The tables as JSON, without the shop's set-up."""
        tables: dict[str, Table[Any]] = {
            "users": self.users,
            "clients": self.clients,
            "payMethods": self.pay_methods,
            "orders": self.orders,
            "services": self.services,
            "invoices": self.invoices,
            "transactions": self.transactions,
            "credits": self.credits,
            "billableItems": self.billable_items,
            "moduleQueue": self.module_queue,
            "moduleCalls": self.module_calls,
            "cancelRequests": self.cancel_requests,
            "emails": self.emails,
            "ssoTokens": self.sso_tokens,
        }
        return {name: _as_json(table.all()) for name, table in tables.items()}


def _as_json(models: Any) -> list[dict[str, Any]]:
    def one(model: BaseModel) -> dict[str, Any]:
        return model.model_dump(mode="json", by_alias=True)

    return [one(model) for model in models]
