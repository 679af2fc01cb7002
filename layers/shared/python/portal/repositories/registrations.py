"""Writes to the identity table: reservations, leases, and the mapping transaction."""

from __future__ import annotations

from typing import Any

from portal.domain.identity import CustomerMapping
from portal.domain.lease import LeaseHeld, LeaseLost
from portal.domain.registration import Kind, Registration, State
from portal.ports.registrations import ClientTaken, Holder, Occupied
from portal.repositories.dynamodb import ConditionFailed, Table, TransactionRefused
from portal.repositories.identity import (
    account_key,
    email_key,
    mapping_item,
    number_key,
    registration_key,
    whmcs_key,
)
from portal.repositories.leases import LeasedItems, lease_of, leased, mine

_ABSENT = "attribute_not_exists(pk)"
# `state` is a reserved word of DynamoDB's expressions.
_STATE = {"#state": "state"}
_RESERVED = "#state = :reserved"
_HELD = "registrationId = :id AND #state = :reserved"


class DynamoRegistrations:
    """`Registrations` over the identity table."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._items = LeasedItems(table)

    def get(self, registration_id: str) -> Registration | None:
        """Return a registration by a strongly consistent read; None when there is none."""
        item = self._table.get(registration_key(registration_id))
        return registration_from(item) if item else None

    def of_number(self, customer_number: str) -> Registration | None:
        """The unfinished registration that holds a customer number."""
        item = self._table.get(number_key(customer_number))
        if item is None or item.get("state") != State.RESERVED.value:
            return None
        return self.get(str(item["registrationId"]))

    def reserve(self, registration: Registration) -> None:
        """Reserve e-mail, Account and customer number, and write the record, in one transaction.

        Raises Occupied.
        """
        held = {"state": State.RESERVED.value, "registrationId": registration.id}
        items = (
            registration_item(registration),
            {**email_key(registration.email), **held},
            {**account_key(registration.sf_account_id), **held},
            {**number_key(registration.customer_number), **held},
        )
        try:
            self._table.transact([{"Put": {"item": i, "condition": _ABSENT}} for i in items])
        except TransactionRefused as refused:
            same, email, account, number = refused.items
            raise Occupied(
                same=registration_from(same) if same else None,
                email=_holder(email),
                account=_holder(account) or _holder(number),
            ) from refused

    def claim(self, registration: Registration, *, now: int) -> Registration:
        """Take the lease that `registration.leased(...)` describes, if `version` is unchanged.

        Raises LeaseHeld with the time when it expires, or LeaseLost when the record has moved on.
        """
        try:
            item = self._items.take(
                registration_key(registration.id),
                registration.lease,
                now=now,
                change=(
                    "abandonedFrom = :abandoned, firstName = :name, #language = :language,"
                    " emailDiffers = :differs, version = :next"
                ),
                condition=f"version = :version AND {_RESERVED}",
                names={**_STATE, "#language": "language"},
                values={
                    ":abandoned": registration.abandoned_from,
                    ":name": registration.first_name,
                    ":language": registration.language,
                    ":differs": registration.email_differs,
                    ":version": registration.version,
                    ":next": registration.version + 1,
                    ":reserved": State.RESERVED.value,
                },
            )
        except ConditionFailed as failed:
            found = registration_from(failed.item) if failed.item else None
            if found is None or found.state is not State.RESERVED:
                raise LeaseLost from failed
            raise LeaseHeld(max(found.lease.until, now + 1)) from failed
        return registration_from(item)

    def client_sent(self, registration: Registration, at: int | None) -> Registration:
        """Record when an AddClient is about to be sent, or (None) that none took effect."""
        values: dict[str, Any] = {} if at is None else {":at": at}
        change = "REMOVE clientSentAt" if at is None else "SET clientSentAt = :at"
        return self._change(registration, change, values)

    def release_lease(self, registration: Registration) -> None:
        """Release the lease, so that the same request can continue at once. Raises LeaseLost."""
        self._items.release(
            registration_key(registration.id),
            registration.lease,
            condition=_RESERVED,
            names=_STATE,
            values={":reserved": State.RESERVED.value},
        )

    def complete(self, registration: Registration, mapping: CustomerMapping) -> Registration:
        """Write the mapping and its four uniqueness items. Raises LeaseLost, ClientTaken."""
        joined = {
            "state": State.MAPPED.value,
            "userId": mapping.user_id,
            "registrationId": registration.id,
        }
        held = {
            "condition": _HELD,
            "names": _STATE,
            "values": {":id": registration.id, ":reserved": State.RESERVED.value},
        }
        actions = [
            {
                "Update": {
                    "key": registration_key(registration.id),
                    "set": "SET #state = :mapped, userId = :user, whmcsClientId = :client",
                    **mine(
                        registration.lease,
                        _RESERVED,
                        names=_STATE,
                        values={
                            ":reserved": State.RESERVED.value,
                            ":mapped": State.MAPPED.value,
                            ":user": mapping.user_id,
                            ":client": mapping.whmcs_client_id,
                        },
                    ),
                }
            },
            {"Put": {"item": {**email_key(mapping.email), **joined}, **held}},
            {"Put": {"item": {**account_key(mapping.sf_account_id), **joined}, **held}},
            {"Put": {"item": {**number_key(mapping.customer_number), **joined}, **held}},
            {
                "Put": {
                    "item": {**whmcs_key(mapping.whmcs_client_id), **joined},
                    "condition": _ABSENT,
                }
            },
            {"Put": {"item": mapping_item(mapping), "condition": _ABSENT}},
        ]
        try:
            self._table.transact(actions)
        except TransactionRefused as refused:
            if not _was_completed(refused, registration, mapping):
                raise _not_completed(refused) from refused
        completed = self.get(registration.id)
        if completed is None:
            raise LeaseLost
        return completed

    def finish(self, registration: Registration, *, at: int) -> None:
        """Record that the mail and the Case are enqueued."""
        self._table.update(
            registration_key(registration.id),
            set="SET #state = :done, finishedAt = :at",
            condition="attribute_exists(pk)",
            names=_STATE,
            values={":done": State.DONE.value, ":at": at},
        )

    def release(self, registration: Registration) -> None:
        """Release e-mail, Account and customer number, and delete the record. Raises LeaseLost."""
        held = {
            "condition": _HELD,
            "names": _STATE,
            "values": {":id": registration.id, ":reserved": State.RESERVED.value},
        }
        own = mine(
            registration.lease,
            _RESERVED,
            names=_STATE,
            values={":reserved": State.RESERVED.value},
        )
        try:
            self._table.transact(
                [
                    {"Delete": {"key": registration_key(registration.id), **own}},
                    {"Delete": {"key": email_key(registration.email), **held}},
                    {"Delete": {"key": account_key(registration.sf_account_id), **held}},
                    {"Delete": {"key": number_key(registration.customer_number), **held}},
                ]
            )
        except TransactionRefused as refused:
            # Deletions leave no mark. A repetition finds none of the four items.
            if any(refused.items):
                raise LeaseLost from refused

    def _change(
        self, registration: Registration, change: str, values: dict[str, Any]
    ) -> Registration:
        item = self._items.change(
            registration_key(registration.id),
            registration.lease,
            change,
            condition=_RESERVED,
            names=_STATE,
            values={**values, ":reserved": State.RESERVED.value},
        )
        return registration_from(item)


def _was_completed(
    refused: TransactionRefused, registration: Registration, mapping: CustomerMapping
) -> bool:
    """Whether the owner of this lease has written the mapping in an earlier call."""
    record = refused.items[0] or {}
    return (
        record.get("state") == State.MAPPED.value
        and lease_of(record).owner == registration.lease.owner
        and record.get("userId") == mapping.user_id
    )


def _not_completed(refused: TransactionRefused) -> Exception:
    record, email, account, number, client, user = refused.reasons
    if client and not (record or email or account or number or user):
        return ClientTaken()
    return LeaseLost()


def _holder(item: dict[str, Any] | None) -> Holder | None:
    if item is None:
        return None
    return Holder(
        registration_id=str(item.get("registrationId", "")),
        mapped=item.get("state") == State.MAPPED.value,
    )


def registration_item(registration: Registration) -> dict[str, Any]:
    """Return the `SIGNUP#` item of a registration."""
    return {
        **registration_key(registration.id),
        "id": registration.id,
        "kind": registration.kind.value,
        "email": registration.email,
        "sfAccountId": registration.sf_account_id,
        "customerNumber": registration.customer_number,
        "firstName": registration.first_name,
        "language": registration.language,
        "emailDiffers": registration.email_differs,
        "state": registration.state.value,
        **leased(registration.lease),
        "version": registration.version,
        "abandonedFrom": registration.abandoned_from,
        "clientSentAt": registration.client_sent_at,
        "userId": registration.user_id,
        "whmcsClientId": registration.whmcs_client_id,
        "finishedAt": registration.finished_at,
    }


def registration_from(item: dict[str, Any]) -> Registration:
    """Return the registration that an item holds."""
    return Registration(
        id=str(item["id"]),
        kind=Kind(item["kind"]),
        email=str(item["email"]),
        sf_account_id=str(item["sfAccountId"]),
        customer_number=str(item["customerNumber"]),
        first_name=str(item["firstName"]),
        language=str(item["language"]),
        email_differs=bool(item["emailDiffers"]),
        state=State(item["state"]),
        lease=lease_of(item),
        version=int(item["version"]),
        abandoned_from=int(item["abandonedFrom"]),
        client_sent_at=item.get("clientSentAt"),
        user_id=item.get("userId"),
        whmcs_client_id=item.get("whmcsClientId"),
        finished_at=item.get("finishedAt"),
    )
