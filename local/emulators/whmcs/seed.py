"""The seed format of the WHMCS emulator (POST /_admin/seed), checked before anything is stored.

Every key is optional; unknown keys are refused. Shop data (gateways, currencies, fields, groups,
products) replaces what has the same id; clients, orders and invoices are added.

    {
      "config": {"identifier": "local-identifier", "secret": "local-secret",
                 "accessKey": "…", "allowedIps": ["203.0.113.7"],
                 "adminUsername": "…", "adminPassword": "…"},
      "gateways": [{"module": "stripe", "displayname": "Credit Card"}],
      "currencies": [{"id": 1, "code": "JPY", "prefix": "¥", "suffix": " JPY", "format": 4,
                      "default": true}],
      "clientCustomFields": [{"id": 1, "fieldname": "Customer Number", "required": false}],
      "productGroups": [{"id": 1, "name": "Internet"}],
      "products": [{"pid": 185, "gid": 1, "name": "Fibre 1G", "paytype": "recurring",
                    "type": "other", "module": "portalstub", "autosetup": "on",
                    "pricing": {"JPY": {"monthly": "5500.00", "msetupfee": "3000.00"}},
                    "customfields": [{"id": 12, "name": "Portal Order Ref"}],
                    "configoptions": [{"id": 4, "name": "Speed", "type": "1", "options":
                        [{"id": 8, "name": "1 Gbps", "pricing": {"JPY": {"monthly": "0.00"}}}]}],
                    "retired": false}],
      "clients": [{"id": 42, "firstname": "Hanako", "lastname": "Yamada",
                   "email": "hanako@example.com", "password2": "…", "country": "JP", …,
                   "customfields": {"1": "CN-000123"}, "status": "Active", "currency": 1,
                   "allowSingleSignOn": true, "twoFactor": false,
                   "paymethods": [{"type": "RemoteCreditCard", "cardLastFour": "4242",
                                   "cardType": "Visa", "expiryDate": "12/30",
                                   "gatewayName": "stripe", "declines": false},
                                  {"type": "BankAccount", "bankName": "Example Bank"}]}],
      "orders": [{"clientid": 42, "status": "Active", "paymentmethod": "stripe", "invoice": true,
                  "lines": [{"pid": 185, "billingcycle": "monthly", "qty": 1, "domain": "",
                             "customfields": {"12": "…"}, "configoptions": {"4": 8}}]}],
      "invoices": [{"clientid": 42, "status": "Unpaid", "paymentmethod": "stripe",
                    "date": "2026-01-31", "duedate": "2026-02-14", "notes": "",
                    "items": [{"description": "Fibre 1G", "amount": "5500.00"}]}]
    }

Pricing: see `catalogue`. One-time products keep their price in `monthly`.
"""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from local.emulators.whmcs import invoicing, modules, ordering
from local.emulators.whmcs.catalogue import (
    CamelStrict,
    ClientCustomField,
    Currency,
    Gateway,
    Product,
    ProductGroup,
    Strict,
)
from local.emulators.whmcs.context import Context
from local.emulators.whmcs.errors import ApiError
from local.emulators.whmcs.records import (
    CARD_TYPES,
    Client,
    InvoiceItem,
    PayMethod,
    PayMethodType,
    User,
)
from local.emulators.whmcs.store import Credentials, Store
from local.emulators.whmcs.validation import hashed


class SeedPayMethod(CamelStrict):
    """A stored card or bank account."""

    type: PayMethodType = "RemoteCreditCard"
    description: str = ""
    gateway_name: str = ""
    card_last_four: str = Field(default="", pattern=r"^([0-9]{4})?$")
    card_type: str = ""
    expiry_date: str = Field(default="", pattern=r"^((0[1-9]|1[0-2])/[0-9]{2})?$")
    bank_name: str = ""
    account_type: str = ""
    declines: bool = False


class SeedClient(CamelStrict):
    """A client with its owner."""

    id: int | None = None
    firstname: str
    lastname: str
    email: str
    password2: str = "local-password"
    companyname: str = ""
    address1: str = ""
    address2: str = ""
    city: str = ""
    state: str = ""
    postcode: str = ""
    country: str = "JP"
    phonenumber: str = ""
    notes: str = ""
    language: str = ""
    status: Literal["Active", "Inactive", "Closed"] = "Active"
    currency: int | None = None
    customfields: dict[int, str] = Field(default_factory=dict)
    allow_single_sign_on: bool = True
    two_factor: bool = False
    paymethods: list[SeedPayMethod] = Field(default_factory=list)


class SeedLine(Strict):
    """One line of an order."""

    pid: int
    billingcycle: str | None = None
    qty: int = 1
    domain: str = ""
    customfields: dict[int, str] = Field(default_factory=dict)
    configoptions: dict[int, Any] = Field(default_factory=dict)


class SeedOrder(Strict):
    """An order; an Active one has been accepted."""

    clientid: int
    paymentmethod: str
    status: Literal["Pending", "Active"] = "Active"
    invoice: bool = True
    notes: str = ""
    lines: list[SeedLine] = Field(min_length=1)


class SeedInvoiceItem(Strict):
    """One line of an invoice."""

    description: str
    amount: Decimal


class SeedInvoice(Strict):
    """An invoice of its own."""

    clientid: int
    paymentmethod: str
    status: Literal["Draft", "Unpaid", "Paid", "Cancelled"] = "Unpaid"
    date: str | None = None
    duedate: str | None = None
    notes: str = ""
    items: list[SeedInvoiceItem] = Field(min_length=1)


class Seed(CamelStrict):
    """All of it."""

    config: Credentials | None = None
    gateways: list[Gateway] = Field(default_factory=list)
    currencies: list[Currency] = Field(default_factory=list)
    client_custom_fields: list[ClientCustomField] = Field(default_factory=list)
    product_groups: list[ProductGroup] = Field(default_factory=list)
    products: list[Product] = Field(default_factory=list)
    clients: list[SeedClient] = Field(default_factory=list)
    orders: list[SeedOrder] = Field(default_factory=list)
    invoices: list[SeedInvoice] = Field(default_factory=list)


def load(context: Context, data: dict[str, Any]) -> None:
    """Store a seed; raises ValueError (pydantic's too) saying what is wrong with it."""
    seed = Seed.model_validate(data)
    store = context.store
    _check_clients(store, seed)
    if seed.config is not None:
        store.credentials = seed.config
    store.gateways |= {gateway.module: gateway for gateway in seed.gateways}
    store.currencies |= {currency.id: currency for currency in seed.currencies}
    store.client_custom_fields |= {field.id: field for field in seed.client_custom_fields}
    store.groups |= {group.id: group for group in seed.product_groups}
    store.products |= {product.pid: product for product in seed.products}
    for client in seed.clients:
        _add_client(context, client)
    try:
        for order in seed.orders:
            _add_order(context, order)
    except ApiError as error:
        raise ValueError(error.message) from error
    for invoice in seed.invoices:
        _add_invoice(context, invoice)


def _check_clients(store: Store, seed: Seed) -> None:
    emails = [client.email.casefold() for client in seed.clients]
    ids = [client.id for client in seed.clients if client.id is not None]
    for email in emails:
        if emails.count(email) > 1 or store.user_by_email(email) or store.client_by_email(email):
            msg = f"there is a client with e-mail {email} already"
            raise ValueError(msg)
    for client_id in ids:
        if ids.count(client_id) > 1 or store.clients.get(client_id):
            msg = f"there is a client with id {client_id} already"
            raise ValueError(msg)


def _add_client(context: Context, seed: SeedClient) -> None:
    store = context.store
    user = store.users.add(
        User(
            id=store.users.next_id(),
            firstname=seed.firstname,
            lastname=seed.lastname,
            email=seed.email,
            password_hash=hashed(seed.password2),
            language=seed.language,
            datecreated=context.timestamp,
            two_factor=seed.two_factor,
        )
    )
    same = seed.model_dump(exclude={"id", "password2", "two_factor", "paymethods", "currency"})
    client = store.clients.add(
        Client(
            id=seed.id if seed.id is not None else store.clients.next_id(),
            uuid=str(uuid.uuid4()),
            owner_user_id=user.id,
            user_ids=[user.id],
            datecreated=context.today,
            currency=seed.currency or store.default_currency().id,
            **same,
        )
    )
    for index, method in enumerate(seed.paymethods):
        _add_pay_method(context, client, method, is_default=index == 0)


def _add_pay_method(
    context: Context, client: Client, seed: SeedPayMethod, *, is_default: bool
) -> None:
    if seed.type in CARD_TYPES and not (seed.card_last_four and seed.expiry_date):
        msg = f"a {seed.type} needs cardLastFour and expiryDate (MM/YY)"
        raise ValueError(msg)
    methods = context.store.pay_methods
    method_id = methods.next_id()
    methods.add(
        PayMethod(
            id=method_id,
            client_id=client.id,
            remote_token=f"pm_seed{method_id}" if seed.type.startswith("Remote") else "",
            last_updated=context.now.strftime("%d/%m/%Y %H:%M"),
            is_default=is_default,
            **seed.model_dump(),
        )
    )


def _client(context: Context, client_id: int) -> Client:
    client = context.store.clients.get(client_id)
    if client is None:
        msg = f"there is no client with id {client_id}"
        raise ValueError(msg)
    return client


def _add_order(context: Context, seed: SeedOrder) -> None:
    lines = []
    for line in seed.lines:
        product = context.store.products.get(line.pid)
        if product is None:
            msg = f"there is no product with pid {line.pid}"
            raise ValueError(msg)
        lines.append(ordering.Line(product, **line.model_dump(exclude={"pid"})))
    placed = ordering.place_order(
        context,
        _client(context, seed.clientid),
        lines,
        paymentmethod=context.gateway(seed.paymentmethod),
        invoice=seed.invoice,
        notes=seed.notes,
    )
    if seed.status == "Active":
        placed.order.status = "Active"
        for service in placed.services:
            modules.activate(context, service)


def _add_invoice(context: Context, seed: SeedInvoice) -> None:
    items = [
        InvoiceItem(id=0, description=item.description, amount=item.amount) for item in seed.items
    ]
    invoice = invoicing.create_invoice(
        context,
        _client(context, seed.clientid),
        items,
        paymentmethod=seed.paymentmethod,
        status=seed.status,
        day=seed.date,
        due=seed.duedate,
        notes=seed.notes,
    )
    if seed.status == "Paid":
        invoicing.mark_paid(context, invoice)
