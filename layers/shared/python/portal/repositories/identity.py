"""The identity table: unique e-mail, WHMCS client, Account and customer number per user.

Items by `pk`: `USER#<sub>` is the mapping; `EMAIL#<normalised>`, `WHMCS#<id>`, `SF#<account id>`
and `NUMBER#<customer number>` each hold `userId`, so uniqueness is a condition on a key. All five
are written in one transaction (`portal.repositories.registrations`). Before that, `EMAIL#`, `SF#`
and `NUMBER#` exist in the state `reserved`, held by the record `SIGNUP#<registration id>`. A user
whose Account was replaced (`remap`) keeps the `NUMBER#` of the former one.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from portal.domain.identity import CustomerMapping, customer_number_key
from portal.ports.accounts import Account
from portal.ports.identity import AccountTaken, MappingChanged, Remap
from portal.repositories.dynamodb import ConditionFailed, Table, TransactionRefused


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


def number_key(customer_number: str) -> dict[str, str]:
    """Key of a customer number."""
    return {"pk": f"NUMBER#{customer_number_key(customer_number)}"}


def registration_key(registration_id: str) -> dict[str, str]:
    """Return the key of a registration's record."""
    return {"pk": f"SIGNUP#{registration_id}"}


class DynamoCustomerDirectory:
    """`OperatorDirectory` and `CustomerRecords` over the identity table."""

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

    def by_customer_number(self, number: str) -> CustomerMapping | None:
        """The mapping of a customer number, whatever its case."""
        item = self._table.get(number_key(number))
        if item is None or item.get("state") != "mapped":
            return None
        return self.by_user(str(item["userId"]))

    def set_language(self, mapping: CustomerMapping, language: str) -> CustomerMapping:
        """The mapping with the language of mails. Raises MappingChanged when it is gone."""
        try:
            self._table.update(
                user_key(mapping.user_id),
                set="SET #language = :language",
                condition="attribute_exists(pk)",
                names={"#language": "language"},
                values={":language": language},
            )
        except ConditionFailed:
            raise MappingChanged from None
        return replace(mapping, language=language)

    def remap(
        self, mapping: CustomerMapping, account: Account, *, reason: str, at: float
    ) -> CustomerMapping:
        """Replace the user's Account in one transaction. Raises AccountTaken, MappingChanged."""
        changed = replace(
            mapping, sf_account_id=account.id, customer_number=account.customer_number
        )
        note = {
            "at": Decimal(str(round(at, 3))),
            "from": mapping.sf_account_id,
            "to": account.id,
            "customerNumber": mapping.customer_number,
            "reason": reason,
        }
        own = {"state": "mapped", "userId": mapping.user_id}
        free_or_own = {
            "condition": "attribute_not_exists(pk) OR userId = :user",
            "values": {":user": mapping.user_id},
        }
        actions: list[dict[str, Any]] = [
            {
                "Update": {
                    "key": user_key(mapping.user_id),
                    "set": "SET sfAccountId = :new, customerNumber = :number,"
                    " remaps = list_append(if_not_exists(remaps, :none), :note)",
                    "condition": "sfAccountId = :old",
                    "values": {
                        ":new": account.id,
                        ":number": account.customer_number,
                        ":none": [],
                        ":note": [note],
                        ":old": mapping.sf_account_id,
                    },
                }
            },
            {"Put": {"item": {**account_key(account.id), **own}, **free_or_own}},
            {"Put": {"item": {**number_key(account.customer_number), **own}, **free_or_own}},
            {
                "Delete": {
                    "key": account_key(mapping.sf_account_id),
                    "condition": "userId = :user",
                    "values": {":user": mapping.user_id},
                }
            },
        ]
        if account.id == mapping.sf_account_id:
            del actions[-1]
        try:
            self._table.transact(actions)
        except TransactionRefused as refused:
            user, by_account, by_number = refused.reasons[:3]
            if (by_account or by_number) and not user:
                raise AccountTaken from refused
            raise MappingChanged from refused
        return changed

    def remove(self, mapping: CustomerMapping) -> None:
        """Delete the mapping and its uniqueness items. Raises MappingChanged."""
        own = {"condition": "userId = :user", "values": {":user": mapping.user_id}}
        numbers = {mapping.customer_number: None}
        numbers.update((remap.former_number, None) for remap in self.remaps_of(mapping.user_id))
        keys = [
            email_key(mapping.email),
            whmcs_key(mapping.whmcs_client_id),
            account_key(mapping.sf_account_id),
            *({key["pk"]: key for key in map(number_key, numbers)}.values()),
        ]
        user = {
            "key": user_key(mapping.user_id),
            "condition": "sfAccountId = :account",
            "values": {":account": mapping.sf_account_id},
        }
        try:
            self._table.transact(
                [{"Delete": user}, *({"Delete": {"key": key, **own}} for key in keys)]
            )
        except TransactionRefused as refused:
            raise MappingChanged from refused

    def remaps_of(self, user_id: str) -> list[Remap]:
        """The changes of the user's Account, oldest first."""
        item = self._table.get(user_key(user_id)) or {}
        return [
            Remap(
                at=float(note["at"]),
                from_account=str(note["from"]),
                to_account=str(note["to"]),
                former_number=str(note["customerNumber"]),
                reason=str(note["reason"]),
            )
            for note in item.get("remaps", [])
        ]

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
