"""Order requests in the idempotency table, `id` = `ORDER#<request id>`.

States: `placing` under a lease, with the key that the order has (or will have) in Salesforce;
`done` with the answer. Both are forgotten 24 hours after they began; TTL deletes late, so every
condition looks at the time itself.
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


class DynamoOrderRequests:
    """`OrderRequests` over DynamoDB."""

    def __init__(self, table: Table, *, clock: Callable[[], float] = time.time) -> None:
        self._table = table
        self._clock = clock

    def begin(self, request_id: str, cart_hash: str) -> Beginning:
        """One conditional write; when it fails, DynamoDB says what is there."""
        now = int(self._clock())
        order_key = uuid.uuid4().hex
        try:
            self._table.put(
                {
                    **_key(request_id),
                    "state": "placing",
                    "cart": cart_hash,
                    "orderKey": order_key,
                    "leaseUntil": now + LEASE_SECONDS,
                    "expiration": now + KEEP_SECONDS,
                },
                condition="attribute_not_exists(id) OR expiration <= :now",
                values={":now": now},
            )
        except ConditionFailed as found:
            return self._existing(request_id, cart_hash, found.item or {}, now)
        return Beginning(Begun.NEW, order_key)

    def _existing(
        self, request_id: str, cart_hash: str, item: dict[str, Any], now: int
    ) -> Beginning:
        if item.get("cart") != cart_hash:
            return Beginning(Begun.OTHER_CART)
        if item.get("state") == "done":
            return Beginning(Begun.DONE, answer=json.loads(item["answer"]))
        if int(item.get("leaseUntil", 0)) > now:
            return Beginning(Begun.BUSY)
        return self._take_over(request_id, str(item["orderKey"]), now)

    def _take_over(self, request_id: str, order_key: str, now: int) -> Beginning:
        try:
            self._table.update(
                _key(request_id),
                set="SET leaseUntil = :until",
                condition="#s = :placing AND orderKey = :key AND leaseUntil <= :now",
                names={"#s": "state"},
                values={
                    ":until": now + LEASE_SECONDS,
                    ":placing": "placing",
                    ":key": order_key,
                    ":now": now,
                },
            )
        except ConditionFailed:
            return Beginning(Begun.BUSY)
        return Beginning(Begun.RESUMED, order_key)

    def finish(self, request_id: str, order_key: str, answer: dict[str, Any]) -> None:
        """Whoever finishes first wins; the answers are the same anyhow."""
        self._change(
            request_id, order_key, "SET #s = :done, answer = :a", {":a": json.dumps(answer)}
        )

    def pause(self, request_id: str, order_key: str) -> None:
        """End the lease."""
        self._change(request_id, order_key, "SET leaseUntil = :zero", {":zero": 0})

    def forget(self, request_id: str, order_key: str) -> None:
        """Delete the record, if it still is this attempt's."""
        try:
            self._table.delete(
                _key(request_id),
                condition="orderKey = :key AND #s = :placing",
                names={"#s": "state"},
                values={":key": order_key, ":placing": "placing"},
            )
        except ConditionFailed:
            return

    def _change(self, request_id: str, order_key: str, update: str, values: dict[str, Any]) -> None:
        try:
            self._table.update(
                _key(request_id),
                set=update,
                condition="orderKey = :key AND #s = :placing",
                names={"#s": "state"},
                values={
                    ":key": order_key,
                    ":placing": "placing",
                    **({":done": "done"} if ":done" in update else {}),
                    **values,
                },
            )
        except ConditionFailed:
            return


def _key(request_id: str) -> dict[str, str]:
    return {"id": f"ORDER#{request_id}"}
