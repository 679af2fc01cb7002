"""`OrderRequests` in memory, by the same rules as the table (a contract test holds them alike)."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from portal.domain.lease import Lease
from portal.ports.order_requests import Beginning, Begun

KEEP_SECONDS = 24 * 3600
KEEP_NAMED_SECONDS = 400 * 24 * 3600
LEASE_SECONDS = 35


@dataclass
class _Record:
    cart: str
    order_key: str
    lease: Lease
    forgotten_at: float
    answer: dict[str, Any] | None = None


class FakeOrderRequests:
    """One order per request id, over however many threads."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._records: dict[str, _Record] = {}
        self._names = itertools.count(1)
        self._lock = threading.Lock()

    def begin(self, request_id: str, cart_hash: str, *, named: bool = False) -> Beginning:
        now = self._clock()
        kept = KEEP_NAMED_SECONDS if named else KEEP_SECONDS
        with self._lock:
            name = str(next(self._names))
            lease = Lease(name, int(now) + LEASE_SECONDS)
            record = self._records.get(request_id)
            if record is None or record.forgotten_at <= now:
                self._records[request_id] = _Record(cart_hash, f"key-{name}", lease, now + kept)
                return Beginning(Begun.NEW, f"key-{name}", lease)
            if record.cart != cart_hash:
                return Beginning(Begun.OTHER_CART)
            if record.answer is not None:
                return Beginning(Begun.DONE, record.order_key, answer=record.answer)
            if record.lease.held(now):
                return Beginning(Begun.BUSY, retry_after=int(record.lease.until - now))
            record.lease = lease
            return Beginning(Begun.RESUMED, record.order_key, lease)

    def finish(self, request_id: str, begun: Beginning, answer: dict[str, Any]) -> None:
        with self._lock:
            record = self._records.get(request_id)
            if record and record.answer is None and record.order_key == begun.order_key:
                record.answer = answer

    def pause(self, request_id: str, begun: Beginning) -> None:
        with self._lock:
            record = self._mine(request_id, begun)
            if record is not None:
                record.lease = Lease(record.lease.owner, 0)

    def renew(self, request_id: str, begun: Beginning) -> None:
        with self._lock:
            record = self._records.get(request_id)
            if record and record.answer is not None and record.order_key == begun.order_key:
                del self._records[request_id]

    def forget(self, request_id: str, begun: Beginning) -> None:
        with self._lock:
            if self._mine(request_id, begun) is not None:
                del self._records[request_id]

    def _mine(self, request_id: str, begun: Beginning) -> _Record | None:
        record = self._records.get(request_id)
        if record is None or record.answer is not None or record.lease.owner != begun.lease.owner:
            return None
        return record
