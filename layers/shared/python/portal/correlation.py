"""The correlation id of the current request or message, from the front end to the last mail."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from portal.domain.ids import CORRELATION_ID

HEADER = "X-Correlation-Id"
_current: ContextVar[str] = ContextVar("correlation_id", default="")


def current() -> str:
    """Return the current id, or an empty text outside of a request."""
    return _current.get()


def headers() -> dict[str, str]:
    """Return the header that sends the id to an upstream; empty outside of a request."""
    return {HEADER: current()} if current() else {}


def accept(proposed: str | None) -> str:
    """Return the caller's id when it is well formed, else a new one."""
    if proposed and CORRELATION_ID.fullmatch(proposed):
        return proposed
    return uuid.uuid4().hex


@contextmanager
def bound(correlation_id: str) -> Iterator[str]:
    """Make an id the current one within the block."""
    token = _current.set(correlation_id)
    try:
        yield correlation_id
    finally:
        _current.reset(token)
