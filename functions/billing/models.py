"""Requests and answers of the billing endpoints."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from portal.api.models import RequestModel, ResponseModel
from portal.domain.money import Money
from pydantic import Field, StringConstraints, field_validator

PRINTABLE = r"^[^\x00-\x1f\x7f]*$"
Line = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=PRINTABLE)]
# What the Order in Salesforce has room for: longer ones could not be kept there.
City = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=PRINTABLE)]
State = Annotated[str, StringConstraints(max_length=80, pattern=PRINTABLE)]
OptionalLine = Annotated[str, StringConstraints(max_length=100, pattern=PRINTABLE)]
DESTINATION = r"^(payment-methods|invoices|services|profile|home|invoice/[1-9][0-9]{0,9})$"


class SsoRequest(RequestModel):
    """Where to go in the client area."""

    destination: str = Field(
        pattern=DESTINATION,
        examples=["payment-methods", "invoice/1042"],
        description="payment-methods, invoices, services, profile, home or invoice/{id}",
    )


class SsoLink(ResponseModel):
    """A link that works once. `signInNeeded` means that billing will ask for a password."""

    url: str
    expires_at: dt.datetime | None
    sign_in_needed: bool = False


class PaymentMethodView(ResponseModel):
    """One pay method; nothing that could be charged with."""

    type: Literal["card", "bank_account"]
    brand: str | None = None
    last_four: str | None = None
    expiry: str | None = Field(default=None, description="YYYY-MM", examples=["2028-02"])
    expired: bool


class PaymentMethodsSummary(ResponseModel):
    """Whether the customer can pay."""

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
    """A partial change: what is left out stays; null or "" empties a field that may be empty."""

    street: Line | None = None
    street2: OptionalLine | None = None
    city: City | None = None
    state: State | None = None
    postcode: Annotated[str, StringConstraints(max_length=20)] | None = None
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None

    @field_validator("street", "city", "country")
    @classmethod
    def _not_emptied(cls, text: str | None) -> str:
        if text is None:
            msg = "must not be empty"
            raise ValueError(msg)
        return text

    @field_validator("country")
    @classmethod
    def _known_country(cls, code: str | None) -> str | None:
        import pycountry  # noqa: PLC0415  # reads its tables on import

        if code is not None and pycountry.countries.get(alpha_2=code) is None:
            msg = "is no ISO 3166 country code"
            raise ValueError(msg)
        return code

    def changes(self) -> dict[str, str]:
        """The fields that the caller named."""
        return {name: getattr(self, name) or "" for name in self.model_fields_set}


class InvoiceView(ResponseModel):
    """One invoice in a list; amounts whose currency billing does not tell are null."""

    id: int
    number: str
    status: str
    date: dt.date | None
    due_date: dt.date | None
    paid_date: dt.date | None
    total: Money | None


class InvoiceLineView(ResponseModel):
    """One line."""

    description: str
    amount: Money | None


class InvoiceDetail(InvoiceView):
    """One invoice with its lines."""

    balance: Money | None
    items: list[InvoiceLineView]
