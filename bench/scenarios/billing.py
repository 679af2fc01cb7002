"""Billing: one client with a card and twenty-five invoices."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from portal.billing.payment_gate import PaymentGate
from portal.domain.billing import InvoiceLine
from portal.domain.payment import PayMethod, PayMethodKind

from bench.scenarios.scenario import Event, Scenario, same
from functions.billing import (
    get_address,
    get_invoice,
    list_invoices,
    payment_methods,
    sso_link,
    update_address,
)
from functions.billing.deps import (
    AddressDeps,
    InvoicesDeps,
    PaymentMethodsDeps,
    SsoLinkDeps,
    build_address,
    build_invoices,
    build_payment_methods,
    build_sso_link,
)
from functions.billing.sso import ClientArea
from tests.events import claims, rest_event
from tests.fakes.billing import (
    FakeAddresses,
    FakeInvoices,
    FakePayMethods,
    FakeSignOn,
    FakeYesStore,
    invoice,
)
from tests.fakes.directory import FakeDirectory, customer

INVOICES = 25
LINES = tuple(InvoiceLine(f"Internet, month {n}", Decimal("5500.00")) for n in range(1, 6))
TODAY = date(2026, 11, 23)


def scenarios() -> dict[str, Scenario]:
    """By endpoint id."""
    directory = FakeDirectory(customer())
    invoices = InvoicesDeps(
        directory=directory,
        invoices=FakeInvoices(*(invoice(n, lines=LINES) for n in range(1, INVOICES + 1))),
    )
    card = PayMethod(PayMethodKind.CARD, "Visa", "4242", date(2039, 12, 31))
    gate = PaymentGate(FakePayMethods(card), FakeYesStore(), lambda: TODAY)
    area = ClientArea(FakeSignOn(), "https://billing.example/includes/api.php", "index.php")
    ready: list[tuple[Any, Callable[[], Any], Any]] = [
        (list_invoices, build_invoices, invoices),
        (get_invoice, build_invoices, invoices),
        (
            payment_methods,
            build_payment_methods,
            PaymentMethodsDeps(directory, gate, lambda: TODAY),
        ),
        (sso_link, build_sso_link, SsoLinkDeps(directory, area)),
        (get_address, build_address, AddressDeps(directory, FakeAddresses())),
    ]
    for module, builder, deps in ready:
        module.app.override(builder, lambda deps=deps: deps)
    link = _event("POST", "/auth/sso-link", body={"destination": "payment-methods"})
    summary = _event("GET", "/billing/payment-methods/summary")
    return {
        "billing-sso-link": Scenario(sso_link.handler, same(link)),
        "billing-get-address": Scenario(get_address.handler, same(_event("GET", "/me/billing"))),
        "billing-update-address": Scenario(update_address.handler, _change),
        "billing-payment-methods": Scenario(payment_methods.handler, same(summary)),
        "billing-list-invoices": Scenario(
            list_invoices.handler, same(_event("GET", "/billing/invoices"))
        ),
        "billing-get-invoice": Scenario(
            get_invoice.handler, same(_event("GET", "/billing/invoices/7"))
        ),
    }


def _change() -> Event:
    deps = AddressDeps(FakeDirectory(customer()), FakeAddresses())
    update_address.app.override(build_address, lambda: deps)
    return _event("PATCH", "/me/billing", body={"street": "4-5-6 Shibakoen"})


def _event(method: str, path: str, **event: Any) -> Event:
    return rest_event(method, path, user=claims(), **event)
