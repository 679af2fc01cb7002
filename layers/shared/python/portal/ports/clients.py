"""The port for WHMCS clients and the users who own them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol


class EmailTaken(Exception):
    """WHMCS has a User or Client with that e-mail address."""


class FieldRefused(Exception):
    """WHMCS refused one value, and nothing was created. `field` is its name in `ClientDetails`."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class LoginRefused(Exception):
    """WHMCS refused the login, because e-mail or password is wrong (ValidateLogin)."""


@dataclass(frozen=True, kw_only=True)
class BillingClient:
    """A Client. `customer_number` is the value of its custom field; "" when it is empty."""

    client_id: int
    email: str
    customer_number: str
    first_name: str = ""


@dataclass(frozen=True)
class BillingLogin:
    """A successful login. `user_id` is the id of a User, not of a Client."""

    user_id: int
    two_factor: bool


@dataclass(frozen=True, kw_only=True, repr=False)
class ClientDetails:
    """The details of a Client to create. `country` is ISO 3166-1 alpha-2, and `phone` is E.164."""

    email: str
    customer_number: str
    first_name: str
    last_name: str
    phone: str
    street: str
    street2: str | None
    city: str
    state: str
    postcode: str | None
    country: str
    company: str | None
    nationality: str | None
    date_of_birth: date | None
    gender: str | None
    marketing_opt_in: bool


class Clients(Protocol):
    """The clients of WHMCS. All methods also raise the errors of `portal.domain.upstream`."""

    def by_email(self, email: str) -> BillingClient | None:
        """Return the Client with exactly that address, or None."""
        ...

    def create(self, details: ClientDetails) -> int:
        """Create a User and its Client. Returns the client id.

        Raises EmailTaken or FieldRefused when nothing was created, and OutcomeUnknown when the
        client may have been created.
        """
        ...

    def validate_login(self, email: str, password: str) -> BillingLogin:
        """Check a login of the client area. Raises LoginRefused."""
        ...

    def owned_by(self, login: BillingLogin, email: str) -> Sequence[BillingClient]:
        """Return the Clients that this User owns. Access that others granted does not count."""
        ...
