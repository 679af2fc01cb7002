"""The mapping of a portal user to the records of other systems."""

from __future__ import annotations

from dataclasses import dataclass

from portal.domain import normal_forms


@dataclass(frozen=True, kw_only=True)
class CustomerMapping:
    """A customer's Cognito `sub`, WHMCS client id and Salesforce Account id (18 characters).

    `email` is in its normal form (`portal.domain.normal_forms`), and mails are sent to it.
    """

    user_id: str
    email: str
    whmcs_client_id: int
    sf_account_id: str
    customer_number: str
    first_name: str = ""
    language: str = "en"


def customer_number_key(number: str) -> str:
    """Return a customer number for comparisons, which ignore case as in Salesforce."""
    return normal_forms.customer_number(number).casefold()
