"""Billing in memory: addresses, pay methods, invoices, links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from portal.domain.billing import BillingAddress, Invoice
from portal.domain.payment import PayMethod
from portal.domain.upstream import UpstreamError
from portal.ports.billing import InvoicePage, SsoDestination, SsoRefused

CLIENT_ID = 42
TOKYO = BillingAddress("1-2-3 Shibakoen", "", "Minato-ku", "Tokyo", "105-0011", "JP")


def invoice(invoice_id: int, **changes: Any) -> Invoice:
    """An unpaid invoice of our client."""
    values: dict[str, Any] = {
        "id": invoice_id,
        "client_id": CLIENT_ID,
        "number": "",
        "status": "Unpaid",
        "issued": date(2026, 11, 1),
        "due": date(2026, 11, 15),
        "paid": None,
        "total": Decimal("5500.00"),
        "currency": "JPY",
    }
    return Invoice(**{**values, **changes})


class FakeAddresses:
    """`BillingAddresses`; what is in `keeps` cannot be emptied; `refusal` is raised by `change`."""

    def __init__(self, address: BillingAddress = TOKYO) -> None:
        self.address = address
        self.changes: list[dict[str, str]] = []
        self.refusal: Exception | None = None
        self.keeps: frozenset[str] = frozenset()

    def of_client(self, client_id: int) -> BillingAddress:
        assert client_id == CLIENT_ID
        return self.address

    def change(self, client_id: int, changes: dict[str, str]) -> None:
        assert client_id == CLIENT_ID
        if self.refusal is not None:
            raise self.refusal
        self.changes.append(changes)
        taken = {name: text for name, text in changes.items() if text or name not in self.keeps}
        self.address = replace(self.address, **taken)


class FakePayMethods:
    """`PayMethods`; `reads` counts."""

    def __init__(self, *methods: PayMethod) -> None:
        self.methods: Sequence[PayMethod] = methods
        self.reads = 0

    def of_client(self, client_id: int) -> Sequence[PayMethod]:
        assert client_id == CLIENT_ID
        self.reads += 1
        return self.methods


class FakeYesStore:
    """`YesStore` without a clock; fails when told."""

    def __init__(self) -> None:
        self.through: dict[int, date] = {}
        self.failure: UpstreamError | None = None

    def remembered(self, client_id: int, today: date) -> bool:
        self._fail()
        return today <= self.through.get(client_id, date.min)

    def remember(self, client_id: int, *, through: date) -> None:
        self._fail()
        self.through[client_id] = through

    def forget(self, client_id: int) -> None:
        self._fail()
        self.through.pop(client_id, None)

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure


class FakeInvoices:
    """`Invoices` over a list, newest first."""

    def __init__(self, *invoices: Invoice) -> None:
        self.invoices = sorted(invoices, key=lambda found: found.id, reverse=True)

    def page(self, client_id: int, *, offset: int, limit: int, unpaid: bool = False) -> InvoicePage:
        mine = [found for found in self.invoices if found.client_id == client_id]
        mine = [found for found in mine if not unpaid or found.status == "Unpaid"]
        shown = mine[offset : offset + limit]
        following = offset + len(shown)
        return InvoicePage(shown, following if shown and following < len(mine) else None)

    def find(self, invoice_id: int, *, client_id: int) -> Invoice | None:
        mine = (found for found in self.invoices if found.client_id == client_id)
        return next((found for found in mine if found.id == invoice_id), None)


class FakeSignOn:
    """`SingleSignOn`: `refusals` by WHMCS destination (`""` for home)."""

    def __init__(self, **refusals: SsoRefused) -> None:
        self.refusals = refusals
        self.asked: list[SsoDestination] = []

    def link(self, client_id: int, destination: SsoDestination) -> str:
        assert client_id == CLIENT_ID
        self.asked.append(destination)
        refusal = self.refusals.get(destination.destination) or self.refusals.get("all")
        if refusal is not None:
            raise refusal
        return f"https://billing.example/sso/{len(self.asked)}"
