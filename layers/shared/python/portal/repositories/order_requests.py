"""Order requests in the idempotency table, `id` = `ORDER#<request id>`.

States: `placing` under a lease, with the key that the order has (or will have) in Salesforce;
`done` with the answer. Both are forgotten 24 hours after they began; TTL deletes late, so every
condition looks at the time itself. The lease has a name, so that an attempt recognises its own
write when botocore repeated it after a lost answer, and never ends another attempt's lease.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from typing import Any

from portal.ports.order_requests import Beginning, Begun
from portal.repositories.dynamodb import ConditionFailed, Table

KEEP_SECONDS = 24 * 3600
# Longer than the endpoint's timeout: whoever holds an unexpired lease may still be alive.
LEASE_SECONDS = 35
STATE = {"#s": "state"}


class DynamoOrderRequests:
    """`OrderRequests` over DynamoDB."""

    def __init__(self, table: Table, *, clock: Callable[[], float] = time.time) -> None:
        self._table = table
        self._clock = clock

    def begin(self, request_id: str, cart_hash: str) -> Beginning:
        """One conditional write; when it fails, DynamoDB says what is there."""
        now = int(self._clock())
        mine = Beginning(Begun.NEW, order_key=uuid.uuid4().hex, lease=uuid.uuid4().hex)
        try:
            self._table.put(
                {
                    **_key(request_id),
                    "state": "placing",
                    "cart": cart_hash,
                    "orderKey": mine.order_key,
                    "lease": mine.lease,
                    "leaseUntil": now + LEASE_SECONDS,
                    "expiration": now + KEEP_SECONDS,
                },
                condition="attribute_not_exists(id) OR expiration <= :now",
                values={":now": now},
            )
        except ConditionFailed as found:
            item = found.item or {}
            if item.get("lease") != mine.lease:
                return self._existing(request_id, cart_hash, item, now)
        return mine

    def _existing(
        self, request_id: str, cart_hash: str, item: dict[str, Any], now: int
    ) -> Beginning:
        if item.get("cart") != cart_hash:
            return Beginning(Begun.OTHER_CART)
        if item.get("state") == "done":
            return Beginning(Begun.DONE, answer=json.loads(item["answer"]))
        held = int(item.get("leaseUntil", 0)) - now
        if held > 0:
            return Beginning(Begun.BUSY, retry_after=held)
        return self._take_over(request_id, str(item["orderKey"]), now)

    def _take_over(self, request_id: str, order_key: str, now: int) -> Beginning:
        mine = Beginning(Begun.RESUMED, order_key=order_key, lease=uuid.uuid4().hex)
        try:
            self._table.update(
                _key(request_id),
                set="SET leaseUntil = :until, lease = :lease",
                condition="#s = :placing AND orderKey = :key AND leaseUntil <= :now",
                names=STATE,
                values={
                    ":until": now + LEASE_SECONDS,
                    ":lease": mine.lease,
                    ":placing": "placing",
                    ":key": order_key,
                    ":now": now,
                },
            )
        except ConditionFailed as found:
            if (found.item or {}).get("lease") != mine.lease:
                return Beginning(Begun.BUSY)
        return mine

    def finish(self, request_id: str, begun: Beginning, answer: dict[str, Any]) -> None:
        """Whoever finishes first wins; the answers are the same anyhow."""
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
        """End the lease, if it still is this attempt's."""
        try:
            self._table.update(
                _key(request_id),
                set="SET leaseUntil = :zero",
                condition="lease = :lease AND #s = :placing",
                names=STATE,
                values={":zero": 0, ":lease": begun.lease, ":placing": "placing"},
            )
        except ConditionFailed:
            return

    def forget(self, request_id: str, begun: Beginning) -> None:
        """Delete the record, if it still is this attempt's."""
        try:
            self._table.delete(
                _key(request_id),
                condition="lease = :lease AND #s = :placing",
                names=STATE,
                values={":lease": begun.lease, ":placing": "placing"},
            )
        except ConditionFailed:
            return


def _key(request_id: str) -> dict[str, str]:
    return {"id": f"ORDER#{request_id}"}
