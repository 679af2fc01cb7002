"""Billing clients and the users who own them, as WHMCS has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol


class EmailTaken(Exception):
    """WHMCS has a User or Client with that e-mail address."""


class FieldRefused(Exception):
    """WHMCS does not take one value; `field` is its name in `ClientDetails`, nothing happened."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class LoginRefused(Exception):
    """ValidateLogin: e-mail or password is wrong."""


@dataclass(frozen=True, kw_only=True)
class BillingClient:
    """A Client; `customer_number` is its custom field, "" when empty."""

    client_id: int
    email: str
    customer_number: str
    first_name: str = ""


@dataclass(frozen=True)
class BillingLogin:
    """A proved login: `user_id` is a User's, not a Client's."""

    user_id: int
    two_factor: bool


@dataclass(frozen=True, kw_only=True, repr=False)
class ClientDetails:
    """A Client to be made. `country` is ISO 3166-1 alpha-2, `phone` E.164."""

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
    """Beyond what each method names, all raise the errors of `portal.domain.upstream`."""

    def by_email(self, email: str) -> BillingClient | None:
        """The Client with exactly that address."""
        ...

    def create(self, details: ClientDetails) -> int:
        """Make a User and its Client; returns the client id.

        Raises EmailTaken or FieldRefused (nothing happened); OutcomeUnknown when it may have.
        """
        ...

    def validate_login(self, email: str, password: str) -> BillingLogin:
        """Prove a client-area login. Raises LoginRefused."""
        ...

    def owned_by(self, login: BillingLogin, email: str) -> Sequence[BillingClient]:
        """The Clients that this User owns (access granted by others does not count)."""
        ...
