"""Sends webhooks in order, with retries, on one thread per emulator.

The vendor's emulator makes and signs the messages. Pace and retries are the same for all vendors.
"""

from __future__ import annotations

import heapq
import itertools
import random
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import httpx

TIMEOUT = 10.0


@dataclass(frozen=True)
class Delivery:
    """One message to one URL.

    `make` returns body and headers. It runs for each attempt, because signatures hold the time.
    `attempts` collects the results: attempt, url, delivered, status, error.
    """

    url: str
    make: Callable[[], tuple[bytes, dict[str, str]]]
    attempts: list[dict[str, Any]] = field(default_factory=list)


class Deliveries:
    """A queue of deliveries. Its parameters are read when needed.

    `copies` is how often each delivery is sent (with 0 it is lost). They leave within
    `spread_seconds`, in any order.
    """

    def __init__(
        self,
        most_attempts: Callable[[], int],
        retry_seconds: Callable[[], float],
        copies: Callable[[], int] = lambda: 1,
        spread_seconds: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._most_attempts = most_attempts
        self._retry_seconds = retry_seconds
        self._copies = copies
        self._spread_seconds = spread_seconds
        self._queue: list[tuple[float, int, Delivery, int]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._busy = 0
        self._generation = 0
        self._thread: threading.Thread | None = None

    def send(self, deliveries: Iterable[Delivery]) -> None:
        """Queue deliveries in this order."""
        with self._changed:
            for delivery in deliveries:
                for _ in range(self._copies()):
                    self._push(random.uniform(0.0, self._spread_seconds()), delivery, 1)  # noqa: S311  # no secret
            if self._queue and (self._thread is None or not self._thread.is_alive()):
                self._thread = threading.Thread(target=self._work, daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def wait_idle(self, seconds: float = 5.0) -> bool:
        """Wait until no delivery is queued or under way. Returns False after `seconds`."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._queue and not self._busy, seconds)

    def clear(self) -> None:
        """Drop the queued deliveries. The one that is under way is not retried."""
        with self._changed:
            self._queue.clear()
            self._generation += 1
            self._changed.notify_all()

    def _push(self, delay: float, delivery: Delivery, attempt: int) -> None:
        due = time.monotonic() + delay if delay else 0.0
        heapq.heappush(self._queue, (due, next(self._order), delivery, attempt))

    def _work(self) -> None:
        with httpx.Client(timeout=TIMEOUT) as client:
            while True:
                with self._changed:
                    if not self._queue:
                        self._thread = None
                        return
                    wait = self._queue[0][0] - time.monotonic()
                    if wait > 0:
                        self._changed.wait(wait)
                        continue
                    _, _, delivery, attempt = heapq.heappop(self._queue)
                    generation = self._generation
                    self._busy += 1
                outcome = post(client, delivery)
                with self._changed:
                    self._busy -= 1
                    delivery.attempts.append({"attempt": attempt, "url": delivery.url, **outcome})
                    again = not outcome["delivered"] and generation == self._generation
                    if again and attempt < self._most_attempts():
                        self._push(self._retry_seconds(), delivery, attempt + 1)
                    self._changed.notify_all()


def post(client: httpx.Client, delivery: Delivery) -> dict[str, Any]:
    """Send one delivery. Returns `{"delivered", "status", "error"}`."""
    body, headers = delivery.make()
    try:
        answer = client.post(delivery.url, content=body, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return {"delivered": False, "status": None, "error": type(error).__name__}
    return {"delivered": answer.is_success, "status": answer.status_code, "error": None}


MakeDeliveries = Callable[
    [Callable[[], int], Callable[[], float], Callable[[], int], Callable[[], float]], Deliveries
]
"""Makes deliveries from the parameters of `Deliveries`."""
