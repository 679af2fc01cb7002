"""The identity table: unique e-mail, WHMCS client and Salesforce Account per user.

Items by `pk`: `USER#<sub>` is the mapping; `EMAIL#<normalised>`, `WHMCS#<id>` and
`SF#<account id>` each hold `userId`, so uniqueness is a condition on a key. All four are written
in one transaction (`portal.repositories.registrations`). Before that, `EMAIL#` and `SF#` exist in
the state `reserved`, held by the record `SIGNUP#<registration id>`.
"""

from __future__ import annotations

from typing import Any

from portal.domain.identity import CustomerMapping
from portal.repositories.dynamodb import Table


def user_key(user_id: str) -> dict[str, str]:
    """Return the key of a user's mapping."""
    return {"pk": f"USER#{user_id}"}


def email_key(email: str) -> dict[str, str]:
    """Return the key of a normalised e-mail address."""
    return {"pk": f"EMAIL#{email}"}


def whmcs_key(client_id: int) -> dict[str, str]:
    """Return the key of a WHMCS client."""
    return {"pk": f"WHMCS#{client_id}"}


def account_key(sf_account_id: str) -> dict[str, str]:
    """Return the key of a Salesforce Account (an id of 18 characters)."""
    return {"pk": f"SF#{sf_account_id}"}


def registration_key(registration_id: str) -> dict[str, str]:
    """Return the key of a registration's record."""
    return {"pk": f"SIGNUP#{registration_id}"}


class DynamoCustomerDirectory:
    """`CustomerDirectory` and `EmailDirectory` over the identity table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def by_user(self, user_id: str) -> CustomerMapping | None:
        """Return the mapping of a Cognito `sub`; None when there is none."""
        item = self._table.get(user_key(user_id))
        return mapping_from(item) if item else None

    def by_account(self, sf_account_id: str) -> CustomerMapping | None:
        """Return the mapping of a Salesforce Account; None when there is none."""
        item = self._table.get(account_key(sf_account_id))
        if item is None or item.get("state") != "mapped":
            return None
        return self.by_user(str(item["userId"]))

    def user_id_of(self, email: str) -> str | None:
        """Return the `sub` of the complete mapping with this normalised address, or None.

        It makes one read in both cases, so the time does not tell whether the address is known.
        """
        item = self._table.get(email_key(email))
        if item is None or item.get("state") != "mapped":
            return None
        return str(item["userId"])


def mapping_item(mapping: CustomerMapping) -> dict[str, Any]:
    """Return the `USER#` item of a mapping."""
    return {
        **user_key(mapping.user_id),
        "userId": mapping.user_id,
        "email": mapping.email,
        "whmcsClientId": mapping.whmcs_client_id,
        "sfAccountId": mapping.sf_account_id,
        "customerNumber": mapping.customer_number,
        "firstName": mapping.first_name,
        "language": mapping.language,
    }


def mapping_from(item: dict[str, Any]) -> CustomerMapping:
    """Return the mapping that an item holds."""
    return CustomerMapping(
        user_id=str(item["userId"]),
        email=str(item["email"]),
        whmcs_client_id=int(item["whmcsClientId"]),
        sf_account_id=str(item["sfAccountId"]),
        customer_number=str(item["customerNumber"]),
        first_name=str(item.get("firstName", "")),
        language=str(item.get("language", "en")),
    )
