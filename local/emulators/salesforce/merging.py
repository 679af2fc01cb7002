"""Merges duplicate records, as users do in Salesforce ("Merge Accounts").

The REST API cannot merge, but users, Apex and SOAP can. After a merge, the duplicates are in the
recycle bin, and their `MasterRecordId` names the kept record. Every record that referred to a
duplicate refers to the kept one. `queryAll` finds the duplicates
until the recycle bin is emptied. Source: Salesforce Object Reference, Account (MasterRecordId),
and SOAP API Developer Guide, merge().
"""

from __future__ import annotations

from collections.abc import Sequence

from local.emulators.salesforce import derived, ids
from local.emulators.salesforce.org import Org
from local.emulators.salesforce.schema import SObject
from local.emulators.salesforce.store import Record

MOST_DUPLICATES = 2


def merge_accounts(org: Org, master_id: str, duplicate_ids: Sequence[str], user_id: str) -> None:
    """Merge one or two Accounts into another. Raises ValueError if Salesforce would refuse."""
    accounts = org.schema.get("Account")
    master = _live(org, accounts, master_id)
    duplicates = [_live(org, accounts, duplicate) for duplicate in duplicate_ids]
    if not 1 <= len(duplicates) <= MOST_DUPLICATES:
        msg = "merge: one or two duplicates are merged into a record at a time"
        raise ValueError(msg)
    if master["Id"] in [duplicate["Id"] for duplicate in duplicates]:
        msg = "merge: a record cannot be merged into itself"
        raise ValueError(msg)
    with org.store.savepoint():
        for duplicate in duplicates:
            _reparent(org, accounts, duplicate, master)
            _bin(org, accounts, duplicate, master, user_id)
    org.store.forget_undo()


def _live(org: Org, sobject: SObject, record_id: str) -> Record:
    long = ids.normalise(record_id)
    record = org.store.live(sobject, long) if long else None
    if record is None:
        msg = f"merge: there is no {sobject.name} {record_id}"
        raise ValueError(msg)
    return record


def _reparent(org: Org, accounts: SObject, duplicate: Record, master: Record) -> None:
    """Make every record that refers to the duplicate refer to the master."""
    for sobject in org.schema.all():
        fields = [
            field
            for field in sobject.fields.values()
            if field.target == accounts.name and field.name != "MasterRecordId"
        ]
        for record in list(org.store.records(sobject)):
            moved = {
                field.name: master["Id"]
                for field in fields
                if record.get(field.name) == duplicate["Id"]
            }
            own_contact = record["Id"] == duplicate.get("PersonContactId")
            if moved and not own_contact:
                org.store.put(sobject, {**record, **moved})


def _bin(org: Org, accounts: SObject, duplicate: Record, master: Record, user_id: str) -> None:
    after: Record = {**duplicate, "IsDeleted": True, "MasterRecordId": master["Id"]}
    org.audit(after, user_id, created=False)
    org.store.put(accounts, after)
    derived.spread(org, accounts, after)
