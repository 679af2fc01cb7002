"""What the audit reads of an org. Source: SOQL and SOSL Reference, "LIMIT", "IN"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from portal.adapters.salesforce.accounts import MOST_MERGES
from portal.adapters.salesforce.client import SalesforceClient
from portal.adapters.salesforce.library import format_soql
from portal.domain.audit import OrderRecord
from portal.domain.ids import to_18
from portal.ports.audit import RecordPage

UPSTREAM = "salesforce"
PAGE_SIZE = 2_000
ACCOUNTS_IN_A_QUERY = 300
"""A query travels in a URL of at most 16 KB; an id takes 23 characters of it."""


class SalesforceOrderPages:
    """`RecordSource` of the Orders, by Id: two thousand in one call."""

    def __init__(self, client: SalesforceClient) -> None:
        self._client = client

    def page(self, cursor: str | None) -> RecordPage:
        """One query; ids only grow, so new orders do not shift the pages."""
        after = format_soql(" WHERE Id > {}", cursor) if cursor else ""
        rows = self._client.query(
            "SELECT Id, Status, Provisioning_Status__c, WHMCS_Order_ID__c, LastModifiedDate"  # noqa: S608  # formatted
            f" FROM Order{after} ORDER BY Id LIMIT {PAGE_SIZE}"
        )
        following = str(rows[-1]["Id"]) if len(rows) == PAGE_SIZE else None
        return RecordPage([_order(row) for row in rows], following, {UPSTREAM: 1})


class SalesforceAccountsThere:
    """Which Accounts exist, by themselves or as the one that they were merged into.

    The portal follows a merge when the customer comes back, or an Order of theirs is provisioned
    (`portal.identity.merged_accounts`). Until then the mapping names the merged Account.
    """

    def __init__(self, client: SalesforceClient) -> None:
        self._client = client

    def existing(self, ids: Sequence[str]) -> tuple[frozenset[str], int]:
        """Those of `ids` that exist, and the number of calls that it took."""
        found: set[str] = set()
        asked = {account_id: {account_id} for account_id in ids}
        calls = 0
        for _ in range(1 + MOST_MERGES):
            if not asked:
                break
            rows, made = self._rows(sorted(asked))
            calls += made
            kept: defaultdict[str, set[str]] = defaultdict(set)
            for row in rows:
                originals = asked[to_18(str(row["Id"]))]
                if not row.get("IsDeleted"):
                    found |= originals
                elif row.get("MasterRecordId"):
                    kept[to_18(str(row["MasterRecordId"]))] |= originals
            asked = dict(kept)
        return frozenset(found), calls

    def _rows(self, ids: Sequence[str]) -> tuple[list[dict[str, Any]], int]:
        rows: list[dict[str, Any]] = []
        calls = 0
        for start in range(0, len(ids), ACCOUNTS_IN_A_QUERY):
            part = list(ids[start : start + ACCOUNTS_IN_A_QUERY])
            soql = "SELECT Id, IsDeleted, MasterRecordId FROM Account WHERE Id IN {}"
            rows += self._client.query(format_soql(soql, part), with_deleted=True)
            calls += 1
        return rows, calls


def _order(row: dict[str, Any]) -> OrderRecord:
    changed = datetime.strptime(str(row["LastModifiedDate"]), "%Y-%m-%dT%H:%M:%S.%f%z")
    return OrderRecord(
        id=str(row["Id"]),
        status=str(row.get("Status") or ""),
        provisioning=str(row.get("Provisioning_Status__c") or ""),
        whmcs_order_id=str(row.get("WHMCS_Order_ID__c") or "").strip(),
        changed_at=changed.timestamp(),
    )
