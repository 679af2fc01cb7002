"""Order requests in the idempotency table. Their items have the `id` `ORDER#<request id>`.

In the state `placing` a request holds a lease and the key that the order has or will have in
Salesforce. In the state `done` the item holds the answer. Both expire 24 hours after they began,
or after 400 days when the caller has named the request by an Idempotency-Key: a customer may
repeat it days later, and must not get a second order.
DynamoDB's TTL deletes late, so every condition compares the time itself. No request ends the
lease of another.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from portal.domain.lease import LeaseLost, new_lease
from portal.ports.order_requests import Beginning, Begun
from portal.repositories.dynamodb import ConditionFailed, Table
from portal.repositories.leases import LeasedItems, lease_of, leased

KEEP_SECONDS = 24 * 3600
KEEP_NAMED_SECONDS = 400 * 24 * 3600
# Longer than the endpoint's timeout, so the owner of an expired lease has certainly ended.
LEASE_SECONDS = 35
STATE = {"#s": "state"}
_PLACING: dict[str, Any] = {
    "condition": "#s = :placing",
    "names": STATE,
    "values": {":placing": "placing"},
}


class DynamoOrderRequests:
    """`OrderRequests` over DynamoDB."""

    def __init__(self, table: Table, *, clock: Callable[[], float] = time.time) -> None:
        self._table = table
        self._items = LeasedItems(table)
        self._clock = clock

    def begin(self, request_id: str, cart_hash: str, *, named: bool = False) -> Beginning:
        """Begin a request by one conditional write. A failed one returns the stored item."""
        now = int(self._clock())
        mine = Beginning(Begun.NEW, order_key=uuid.uuid4().hex, lease=new_lease(now, LEASE_SECONDS))
        try:
            self._table.put(
                {
                    **_key(request_id),
                    "state": "placing",
                    "cart": cart_hash,
                    "orderKey": mine.order_key,
                    **leased(mine.lease),
                    "expiration": now + (KEEP_NAMED_SECONDS if named else KEEP_SECONDS),
                },
                condition="attribute_not_exists(id) OR expiration <= :now",
                values={":now": now},
            )
        except ConditionFailed as found:
            return self._existing(request_id, cart_hash, found.item or {}, now)
        return mine

    def _existing(
        self, request_id: str, cart_hash: str, item: dict[str, Any], now: int
    ) -> Beginning:
        if item.get("cart") != cart_hash:
            return Beginning(Begun.OTHER_CART)
        if item.get("state") == "done":
            return Beginning(
                Begun.DONE, order_key=str(item["orderKey"]), answer=json.loads(item["answer"])
            )
        lease = lease_of(item)
        if lease.held(now):
            return Beginning(Begun.BUSY, retry_after=lease.until - now)
        return self._take_over(request_id, str(item["orderKey"]), now)

    def _take_over(self, request_id: str, order_key: str, now: int) -> Beginning:
        lease = new_lease(now, LEASE_SECONDS)
        try:
            self._items.take(
                _key(request_id),
                lease,
                now=now,
                condition="#s = :placing AND orderKey = :key",
                names=STATE,
                values={":placing": "placing", ":key": order_key},
            )
        except ConditionFailed:
            return Beginning(Begun.BUSY)
        return Beginning(Begun.RESUMED, order_key=order_key, lease=lease)

    def finish(self, request_id: str, begun: Beginning, answer: dict[str, Any]) -> None:
        """Record the answer, unless another run has finished the request with the same order."""
        try:
            self._table.update(
                _key(request_id),
                set="SET #s = :done, answer = :answer",
                condition="orderKey = :key AND #s = :placing",
                names=STATE,
                values={
                    ":key": begun.order_key,
                    ":placing": "placing",
                    ":done": "done",
                    ":answer": json.dumps(answer),
                },
            )
        except ConditionFailed:
            return

    def pause(self, request_id: str, begun: Beginning) -> None:
        """Release the lease, if this request still holds it."""
        with suppress(LeaseLost):
            self._items.release(_key(request_id), begun.lease, **_PLACING)

    def renew(self, request_id: str, begun: Beginning) -> None:
        """Delete a record that is done, unless another run has renewed it."""
        with suppress(ConditionFailed):
            self._table.delete(
                _key(request_id),
                condition="orderKey = :key AND #s = :done",
                names=STATE,
                values={":key": begun.order_key, ":done": "done"},
            )

    def forget(self, request_id: str, begun: Beginning) -> None:
        """Delete the record, if this request still holds its lease."""
        with suppress(LeaseLost):
            self._items.forget(_key(request_id), begun.lease, **_PLACING)


def _key(request_id: str) -> dict[str, str]:
    return {"id": f"ORDER#{request_id}"}
