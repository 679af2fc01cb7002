"""`Accounts` over Salesforce: Accounts by customer number."""

from __future__ import annotations

import re
from dataclasses import dataclass

from portal.adapters.salesforce.client import SalesforceClient
from portal.adapters.salesforce.failures import UPSTREAM
from portal.adapters.salesforce.library import format_soql
from portal.config import ConfigurationError
from portal.domain.ids import to_18
from portal.domain.upstream import Refused
from portal.ports.accounts import Account

_API_NAME = re.compile(r"[A-Za-z]\w*(\.[A-Za-z]\w*)?")


@dataclass(frozen=True)
class AccountFields:
    """API names of fields that differ between orgs. With Person Accounts, e-mail is `PersonEmail`.

    The names become part of a query, so anything but a field name raises ConfigurationError.
    """

    customer_number: str
    email: str

    def __post_init__(self) -> None:
        for name in (self.customer_number, self.email):
            if not _API_NAME.fullmatch(name):
                msg = f"{name!r} is not the API name of a Salesforce field"
                raise ConfigurationError(msg)


class SalesforceAccounts:
    """`Accounts` in one SOQL query."""

    def __init__(self, client: SalesforceClient, fields: AccountFields) -> None:
        self._client = client
        self._fields = fields

    def by_customer_number(self, number: str) -> Account | None:
        """Return the Account with that customer number, or None.

        SOQL compares text without case, so the number is returned in the Account's spelling.
        Raises Refused when several Accounts have the number (the field should be unique).
        """
        number_field, email_field = self._fields.customer_number, self._fields.email
        fields = ", ".join(dict.fromkeys(["Id", "Name", number_field, email_field]))
        query = f"SELECT {fields} FROM Account WHERE {number_field} = {{}} LIMIT 2"  # noqa: S608  # names checked above
        records = self._client.query(format_soql(query, number))
        if not records:
            return None
        if len(records) > 1:
            raise Refused(UPSTREAM, "query", f"two Accounts have the same {number_field}")
        (record,) = records
        return Account(
            id=to_18(str(record["Id"])),
            name=str(record.get("Name") or ""),
            email=record.get(email_field) or None,
            customer_number=str(record[number_field]),
        )
