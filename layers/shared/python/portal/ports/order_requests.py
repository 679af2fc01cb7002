"""Which carts have been ordered already."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from portal.domain.lease import NOT_LEASED, Lease


class Begun(StrEnum):
    """What beginning a request found."""

    NEW = "new"
    RESUMED = "resumed"
    BUSY = "busy"
    DONE = "done"
    OTHER_CART = "other-cart"


@dataclass(frozen=True)
class Beginning:
    """What `begin` found, and the right to go on.

    `order_key` is the key in Salesforce and `lease` is this request's (both NEW, RESUMED);
    `answer` is the one that was given (DONE); `retry_after` are the seconds until whoever is
    at it can no longer be (BUSY).
    """

    state: Begun
    order_key: str = ""
    lease: Lease = NOT_LEASED
    answer: dict[str, Any] | None = None
    retry_after: int = 1


class OrderRequests(Protocol):
    """One order per request id, over however many Lambdas."""

    def begin(self, request_id: str, cart_hash: str) -> Beginning:
        """Become the one who places this order, or learn what became of it."""
        ...

    def finish(self, request_id: str, begun: Beginning, answer: dict[str, Any]) -> None:
        """Record the answer for whoever asks again within 24 hours."""
        ...

    def pause(self, request_id: str, begun: Beginning) -> None:
        """Let the next one try at once; it looks for the order before it places one."""
        ...

    def forget(self, request_id: str, begun: Beginning) -> None:
        """Certainly nothing was placed: the request may come again, changed."""
        ...
