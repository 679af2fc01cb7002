"""The port for the record of customers' order requests."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from portal.domain.lease import NOT_LEASED, Lease


class Begun(StrEnum):
    """The state in which `begin` found a request."""

    NEW = "new"
    RESUMED = "resumed"
    BUSY = "busy"
    DONE = "done"
    OTHER_CART = "other-cart"


@dataclass(frozen=True)
class Beginning:
    """The result of `begin`.

    NEW and RESUMED have the order's key in Salesforce (`order_key`) and this request's `lease`.
    DONE has the `answer` that was given, and the order's key. BUSY has the seconds until the other
    request's lease expires (`retry_after`).
    """

    state: Begun
    order_key: str = ""
    lease: Lease = NOT_LEASED
    answer: dict[str, Any] | None = None
    retry_after: int = 1


class OrderRequests(Protocol):
    """Makes one order per request id, even when requests run in parallel."""

    def begin(self, request_id: str, cart_hash: str, *, named: bool = False) -> Beginning:
        """Begin or resume the request, or return its state when that is not possible.

        A cart is remembered for 24 hours. A request that its caller has `named` by an
        Idempotency-Key is remembered for longer than anybody repeats one.
        """
        ...

    def finish(self, request_id: str, begun: Beginning, answer: dict[str, Any]) -> None:
        """Record the answer for repeated requests."""
        ...

    def pause(self, request_id: str, begun: Beginning) -> None:
        """Let a repeated request continue at once. It looks for the order before it places one."""
        ...

    def renew(self, request_id: str, begun: Beginning) -> None:
        """Delete a record that is DONE, so that the next request is new."""
        ...

    def forget(self, request_id: str, begun: Beginning) -> None:
        """Delete the record when no order was placed, so that the cart may be changed."""
        ...
