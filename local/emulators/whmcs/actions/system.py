"""The installation: GetPaymentMethods, GetCurrencies, WhmcsDetails, GetStats, SendEmail.

Source: WHMCS API reference (System). E-mails are only remembered.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from local.emulators.whmcs import invoicing, money
from local.emulators.whmcs.context import Context, Handler, nested
from local.emulators.whmcs.errors import ApiError
from local.emulators.whmcs.parameters import Parameters


def get_payment_methods(context: Context, _: Parameters) -> dict[str, Any]:
    """GetPaymentMethods: the active gateways."""
    items = [gateway.model_dump() for gateway in context.store.gateways.values()]
    return {"totalresults": len(items), "paymentmethods": nested(items, "paymentmethod")}


def get_currencies(context: Context, _: Parameters) -> dict[str, Any]:
    """GetCurrencies: prefix, suffix and format of each."""
    items = [
        currency.model_dump(exclude={"default"}) for currency in context.store.currencies.values()
    ]
    return {"totalresults": len(items), "currencies": nested(items, "currency")}


def whmcs_details(context: Context, _: Parameters) -> dict[str, Any]:
    """WhmcsDetails: the version; the cheapest call that proves the credentials."""
    version = context.switches.version
    return {"whmcs": {"version": version, "canonicalversion": f"{version}-release.1"}}


def get_stats(context: Context, _: Parameters) -> dict[str, Any]:
    """GetStats: counters, and income as formatted text."""
    store = context.store
    today = [t for t in store.transactions.all() if t.date.startswith(context.today)]
    month = [t for t in store.transactions.all() if t.date.startswith(context.today[:7])]
    year = [t for t in store.transactions.all() if t.date.startswith(context.today[:4])]
    orders = [order for order in store.orders.all() if order.date.startswith(context.today)]
    return {
        "income_today": _formatted(context, [t.amountin for t in today]),
        "income_thismonth": _formatted(context, [t.amountin for t in month]),
        "income_thisyear": _formatted(context, [t.amountin for t in year]),
        "income_alltime": _formatted(context, [t.amountin for t in store.transactions.all()]),
        "orders_pending": sum(order.status == "Pending" for order in store.orders.all()),
        "orders_today_cancelled": sum(order.status == "Cancelled" for order in orders),
        "orders_today_pending": sum(order.status == "Pending" for order in orders),
        "orders_today_fraud": sum(order.status == "Fraud" for order in orders),
        "orders_today_active": sum(order.status == "Active" for order in orders),
        "orders_today_total": len(orders),
        "invoices_unpaid": sum(invoice.status == "Unpaid" for invoice in store.invoices.all()),
        "clients_active": sum(client.status == "Active" for client in store.clients.all()),
        "products_active": sum(service.status == "Active" for service in store.services.all()),
        "tickets_allactive": 0,
        "todoitems_due": 0,
    }


def _formatted(context: Context, amounts: list[Decimal]) -> str:
    currency = context.store.default_currency()
    return money.formatted(
        sum(amounts, money.ZERO),
        prefix=currency.prefix,
        suffix=currency.suffix,
        style=currency.format,
    )


def send_email(context: Context, parameters: Parameters) -> dict[str, Any]:
    """SendEmail: a template by name, or a custom message; the id must exist for its type."""
    template = parameters.text("messagename")
    if template is None and parameters.text("custommessage") is None:
        raise ApiError("You must provide an existing email template name or custom message details")
    if parameters.number("id") is None:
        raise ApiError("A related ID is required")
    related = parameters.number("id") or 0
    kind = parameters.text("customtype") or "general"
    client_id = _recipient(context, kind, related)
    if client_id is None:
        raise ApiError("Sending Failed. Please see documentation.")
    invoicing.log_email(
        context,
        client_id=client_id,
        template=template or "custom",
        subject=parameters.raw("customsubject"),
        related_id=related,
    )
    return {}


def _recipient(context: Context, kind: str, related: int) -> int | None:
    store = context.store
    if kind == "product":
        service = store.services.get(related)
        return service.client_id if service else None
    if kind == "invoice":
        invoice = store.invoices.get(related)
        return invoice.userid if invoice else None
    client = store.clients.get(related)
    return client.id if client else None


ACTIONS: dict[str, Handler] = {
    "GetPaymentMethods": get_payment_methods,
    "GetCurrencies": get_currencies,
    "WhmcsDetails": whmcs_details,
    "GetStats": get_stats,
    "SendEmail": send_email,
}
