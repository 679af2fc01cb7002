"""Requests and answers of the billing endpoints."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from portal.api.fields import City, Country, Postcode, State, Street, Street2
from portal.api.models import RequestModel, ResponseModel, known_values
from portal.domain.money import Money
from pydantic import Field

# The default of members that are left out. It is never read, because only members that were sent
# are used. A factory keeps the default out of the API's schema.
_UNCHANGED: Any = Field(default_factory=str)
DESTINATION = r"^(payment-methods|invoices|services|profile|home|invoice/[1-9][0-9]{0,9})$"


class SsoRequest(RequestModel):
    """The page of the client area to open."""

    destination: str = Field(
        pattern=DESTINATION,
        examples=["payment-methods", "invoice/1042"],
        description="payment-methods, invoices, services, profile, home or invoice/{id}",
    )


class SsoLink(ResponseModel):
    """A link that works once. `signInNeeded` means that billing asks for a password."""

    url: str
    expires_at: dt.datetime | None
    sign_in_needed: bool = False


class PaymentMethodView(ResponseModel):
    """One payment method, without data that it could be charged with."""

    type: Literal["card", "bank_account"]
    brand: str | None = None
    last_four: str | None = None
    expiry: str | None = Field(default=None, description="YYYY-MM", examples=["2028-02"])
    expired: bool


class PaymentMethodsSummary(ResponseModel):
    """The payment methods, and whether one of them is valid."""

    has_payment_method: bool
    methods: list[PaymentMethodView]


class AddressView(ResponseModel):
    """The billing address."""

    street: str
    street2: str
    city: str
    state: str
    postcode: str
    country: str


class AddressChange(RequestModel):
    """A partial change. Members that are left out stay; "" or null empties an optional member.

    The changed address must be valid for its country (docs/problems.md).
    """

    street: Street = _UNCHANGED
    street2: Street2 | None = _UNCHANGED
    city: City = _UNCHANGED
    state: State | None = _UNCHANGED
    postcode: Postcode | None = _UNCHANGED
    country: Country = _UNCHANGED

    def changes(self) -> dict[str, str]:
        """Return the values of the members that the caller sent."""
        return {name: getattr(self, name) or "" for name in self.model_fields_set}


# Source: WHMCS documentation, "Invoices". Drafts are left out, because they are not shown.
INVOICE_STATUSES = (
    "Unpaid",
    "Overdue",
    "Paid",
    "Cancelled",
    "Refunded",
    "Collections",
    "Payment Pending",
)


class InvoiceView(ResponseModel):
    """One invoice in a list. Amounts are null if billing does not tell their currency."""

    id: int
    number: str
    status: Annotated[str, known_values(*INVOICE_STATUSES)]
    date: dt.date | None
    due_date: dt.date | None
    paid_date: dt.date | None
    total: Money | None


class InvoiceLineView(ResponseModel):
    """One line of an invoice."""

    description: str
    amount: Money | None


class InvoiceDetail(InvoiceView):
    """One invoice with its lines."""

    balance: Money | None
    items: list[InvoiceLineView]
