"""Who a portal user is in the other systems."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class CustomerMapping:
    """One customer, one row: Cognito `sub`, WHMCS client id, Salesforce Account id (18 chars).

    `email` is normalised (see `normalise_email`) and is where mails go.
    """

    user_id: str
    email: str
    whmcs_client_id: int
    sf_account_id: str
    customer_number: str
    first_name: str = ""
    language: str = "en"


def normalise_email(email: str) -> str:
    """The form in which two addresses are compared: trimmed, case-folded."""
    return email.strip().casefold()


def customer_number_key(number: str) -> str:
    """The form in which two customer numbers are compared: Salesforce compares without case."""
    return number.strip().casefold()
