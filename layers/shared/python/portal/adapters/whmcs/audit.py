"""What the audit reads of WHMCS: whole lists, in pages as large as one answer may be.

Source: WHMCS API reference (GetClientsProducts, GetOrders, GetClients, GetProducts). None of these
lists can be asked for what changed since a day.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from portal.adapters.whmcs.client import UPSTREAM, WhmcsClient
from portal.adapters.whmcs.decoding import as_amount, as_date, as_int, as_list, as_text
from portal.adapters.whmcs.products import ORDER_REF_FIELD
from portal.domain.audit import (
    BillingOrderRecord,
    ClientRecord,
    InvoiceRecord,
    ProductRecord,
    ServiceRecord,
)
from portal.domain.catalog import Product
from portal.domain.upstream import Unavailable
from portal.ports.audit import RecordPage

PAGE_SIZE = 500
PRODUCTS_IN_A_CALL = 200
INVOICES_OF = timedelta(days=60)
ONE_TIME = "onetime"
# What functions/operations/topup/steps/invoice.py writes into the notes: operation and attempt.
_TOP_UP = re.compile(r"Portal \[([A-Za-z0-9_-]+)\.\d+\]")


class WhmcsPages:
    """`RecordSource` of one list action."""

    def __init__(
        self,
        client: WhmcsClient,
        action: str,
        *,
        container: str,
        child: str,
        read: Callable[[dict[str, Any]], Any],
    ) -> None:
        self._client = client
        self._action = action
        self._container = container
        self._child = child
        self._read = read

    def page(self, cursor: str | None) -> RecordPage:
        """One call. Raises Unavailable when WHMCS gives another page than was asked for."""
        start = int(cursor or 0)
        page = self._client.page(
            self._action,
            {},
            start=start,
            limit=PAGE_SIZE,
            container=self._container,
            child=self._child,
        )
        if page.start != start:
            raise Unavailable(UPSTREAM, self._action, "it ignores limitstart: the list is cut")
        following = str(page.following) if page.following is not None else None
        return RecordPage([self._read(item) for item in page.records], following, {UPSTREAM: 1})


def service_pages(client: WhmcsClient) -> WhmcsPages:
    """All services of all clients."""
    return WhmcsPages(
        client, "GetClientsProducts", container="products", child="product", read=_service
    )


def order_pages(client: WhmcsClient) -> WhmcsPages:
    """All orders."""
    return WhmcsPages(client, "GetOrders", container="orders", child="order", read=_order)


def client_pages(client: WhmcsClient) -> WhmcsPages:
    """All clients."""
    return WhmcsPages(client, "GetClients", container="clients", child="client", read=_client)


class WhmcsInvoicePages:
    """`RecordSource` of the invoices of the last two months, newest first."""

    def __init__(self, client: WhmcsClient, *, today: Callable[[], date]) -> None:
        self._client = client
        self._today = today

    def page(self, cursor: str | None) -> RecordPage:
        """One call. Raises Unavailable when WHMCS gives another page than was asked for."""
        start = int(cursor or 0)
        page = self._client.page(
            "GetInvoices",
            {"orderby": "id", "order": "desc"},
            start=start,
            limit=PAGE_SIZE,
            container="invoices",
            child="invoice",
        )
        if page.start != start:
            raise Unavailable(UPSTREAM, "GetInvoices", "it ignores limitstart: the list is cut")
        oldest = self._today() - INVOICES_OF
        old = any((as_date(item.get("date")) or date.max) < oldest for item in page.records)
        following = None if old or page.following is None else str(page.following)
        return RecordPage([_invoice(item) for item in page.records], following, {UPSTREAM: 1})


class WhmcsProductPages:
    """`RecordSource` of what is sold: the catalogue, with what WHMCS says of each product."""

    def __init__(
        self, client: WhmcsClient, sold: Callable[[], Sequence[Product]], *, currency: str
    ) -> None:
        self._client = client
        self._sold = sold
        self._currency = currency

    def page(self, cursor: str | None) -> RecordPage:  # noqa: ARG002  # there is one page
        """One query of the catalogue, and one call for two hundred products."""
        sold = self._sold()
        pids = sorted({product.whmcs_product_id for product in sold})
        there: dict[int, dict[str, Any]] = {}
        calls = 0
        for start in range(0, len(pids), PRODUCTS_IN_A_CALL):
            part = ",".join(str(pid) for pid in pids[start : start + PRODUCTS_IN_A_CALL])
            answer = self._client.call("GetProducts", {"pid": part})
            found = as_list(answer.get("products"), "product")
            there.update({as_int(item.get("pid")) or 0: item for item in found})
            calls += 1
        records = [self._record(product, there) for product in sold]
        return RecordPage(records, None, {UPSTREAM: calls, "salesforce": 1})

    def _record(self, product: Product, there: Mapping[int, dict[str, Any]]) -> ProductRecord:
        item = there.get(product.whmcs_product_id)
        column = "monthly" if product.billing_cycle == ONE_TIME else product.billing_cycle
        pricing = (item or {}).get("pricing")
        prices = pricing.get(self._currency) if isinstance(pricing, dict) else None
        amount = as_amount(prices.get(column)) if isinstance(prices, dict) else None
        offered = isinstance(amount, Decimal) and amount >= 0
        return ProductRecord(
            sku=product.sku,
            pid=product.whmcs_product_id,
            price=str(product.unit_price),
            in_whmcs=item is not None,
            charged=str(amount) if offered else "",
            retired=as_text((item or {}).get("retired")).lower() in ("1", "on", "true"),
        )


def _service(item: dict[str, Any]) -> ServiceRecord:
    return ServiceRecord(
        id=as_int(item.get("id")) or 0,
        order_id=as_int(item.get("orderid")) or 0,
        client_id=as_int(item.get("clientid")) or 0,
        status=as_text(item.get("status")),
        ref=_reference(item),
        registered=as_text(item.get("regdate"))[:10],
    )


def _reference(item: dict[str, Any]) -> str:
    for field in as_list(item.get("customfields"), "customfield"):
        name = as_text(field.get("name")).partition("|")[0].strip()
        if name.casefold() == ORDER_REF_FIELD.casefold():
            return as_text(field.get("value"))
    return ""


def _order(item: dict[str, Any]) -> BillingOrderRecord:
    return BillingOrderRecord(id=as_int(item.get("id")) or 0, status=as_text(item.get("status")))


def _invoice(item: dict[str, Any]) -> InvoiceRecord:
    found = _TOP_UP.search(as_text(item.get("notes")))
    return InvoiceRecord(
        id=as_int(item.get("id")) or 0,
        status=as_text(item.get("status")),
        operation=found[1] if found else "",
    )


def _client(item: dict[str, Any]) -> ClientRecord:
    return ClientRecord(id=as_int(item.get("id")) or 0, status=as_text(item.get("status")))
