"""The correlation id of what is being worked on, from the front end to the last mail."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from portal.domain.ids import CORRELATION_ID

HEADER = "X-Correlation-Id"
_current: ContextVar[str] = ContextVar("correlation_id", default="")


def current() -> str:
    """The id in force, or an empty string outside a request."""
    return _current.get()


def headers() -> dict[str, str]:
    """The header that carries the id to an upstream; empty outside a request."""
    return {HEADER: current()} if current() else {}


def accept(proposed: str | None) -> str:
    """The caller's id when it is well formed, else a new one."""
    if proposed and CORRELATION_ID.fullmatch(proposed):
        return proposed
    return uuid.uuid4().hex


@contextmanager
def bound(correlation_id: str) -> Iterator[str]:
    """Make an id the current one for a while."""
    token = _current.set(correlation_id)
    try:
        yield correlation_id
    finally:
        _current.reset(token)
