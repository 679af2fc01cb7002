"""`Accounts` over Salesforce: Accounts by customer number and by id, also after a merge."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from portal.adapters.salesforce.client import SalesforceClient
from portal.adapters.salesforce.failures import UPSTREAM
from portal.adapters.salesforce.library import format_soql
from portal.config import ConfigurationError
from portal.domain.ids import to_18
from portal.domain.upstream import Refused
from portal.ports.accounts import Account

MOST_MERGES = 5
"""How many merges in a row are followed."""

_API_NAME = re.compile(r"[A-Za-z]\w*(\.[A-Za-z]\w*)?")


@dataclass(frozen=True)
class AccountFields:
    """API names of fields that differ between orgs. With Person Accounts, e-mail is `PersonEmail`.

    `second_fact` is empty where no proof of this kind is asked for. The names become part of a
    query, so anything but a field name raises ConfigurationError.
    """

    customer_number: str
    email: str
    second_fact: str = ""

    def __post_init__(self) -> None:
        names = [self.customer_number, self.email]
        names += [self.second_fact] if self.second_fact else []
        for name in names:
            if not _API_NAME.fullmatch(name):
                msg = f"{name!r} is not the API name of a Salesforce field"
                raise ConfigurationError(msg)


class SalesforceAccounts:
    """`Accounts` and `AccountMerges`, each in one SOQL query."""

    def __init__(self, client: SalesforceClient, fields: AccountFields) -> None:
        self._client = client
        self._fields = fields

    def by_customer_number(self, number: str) -> Account | None:
        """Return the Account with that customer number, or None.

        SOQL compares text without case, so the number is returned in the Account's spelling.
        Raises Refused when several Accounts have the number (the field should be unique).
        """
        number_field = self._fields.customer_number
        query = f"SELECT {self._columns()} FROM Account WHERE {number_field} = {{}} LIMIT 2"  # noqa: S608  # names checked above
        records = self._client.query(format_soql(query, number))
        if not records:
            return None
        if len(records) > 1:
            raise Refused(UPSTREAM, "query", f"two Accounts have the same {number_field}")
        return self._account(records[0])

    def surviving(self, account_id: str) -> Account | None:
        """The Account with that id, or the one that it was merged into; None when it is gone.

        A merged Account is in the recycle bin, and its `MasterRecordId` names the Account that was
        kept; that one may have been merged again. The Accounts that were merged into one Account
        later name the last one (Object Reference, Account).
        """
        wanted = account_id
        for _ in range(MOST_MERGES):
            records = self._with_deleted("Id = {}", wanted)
            if not records:
                return None
            (record,) = records
            if not record.get("IsDeleted"):
                return self._account(record)
            if not record.get("MasterRecordId"):
                return None
            wanted = to_18(str(record["MasterRecordId"]))
        raise Refused(UPSTREAM, "query", "merged Accounts lead in a circle")

    def duplicates_of(self, account_id: str) -> list[str]:
        """Ids of the Accounts that were merged into that one, while the recycle bin keeps them."""
        return [to_18(str(r["Id"])) for r in self._with_deleted("MasterRecordId = {}", account_id)]

    def _with_deleted(self, condition: str, value: str) -> list[dict[str, Any]]:
        columns = f"{self._columns()}, IsDeleted, MasterRecordId"
        query = f"SELECT {columns} FROM Account WHERE {condition}"  # noqa: S608  # names checked above
        return self._client.query(format_soql(query, value), with_deleted=True)

    def _columns(self) -> str:
        fields = self._fields
        names = ["Id", "Name", fields.customer_number, fields.email, fields.second_fact]
        return ", ".join(dict.fromkeys(filter(None, names)))

    def _account(self, record: dict[str, Any]) -> Account:
        return Account(
            id=to_18(str(record["Id"])),
            name=str(record.get("Name") or ""),
            email=record.get(self._fields.email) or None,
            customer_number=str(record.get(self._fields.customer_number) or ""),
            second_fact=_text(record.get(self._fields.second_fact)),
        )


def _text(value: Any) -> str | None:
    """A field's value as text; None when there is none, or no such field is read."""
    return None if value in (None, "") else str(value)
