"""The mapping of a portal user to the records of other systems."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class CustomerMapping:
    """A customer's Cognito `sub`, WHMCS client id and Salesforce Account id (18 characters).

    `email` is normalised (see `normalise_email`), and mails are sent to it.
    """

    user_id: str
    email: str
    whmcs_client_id: int
    sf_account_id: str
    customer_number: str
    first_name: str = ""
    language: str = "en"


def normalise_email(email: str) -> str:
    """Return an address trimmed and case-folded, so that two addresses can be compared."""
    return email.strip().casefold()
