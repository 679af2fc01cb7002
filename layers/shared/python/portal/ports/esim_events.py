"""Reads events of eSIM providers and wakes the jobs that wait for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from portal.domain.esim_event import EsimEvent
from portal.engine.model import Task


class EventRefused(Exception):  # reads as what happened
    """The event is not authentic. `reason` is for the log, not for the caller."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnreadableEvent(Exception):  # reads as what happened
    """The event is authentic but does not have the documented form."""


class EsimEvents(Protocol):
    """The events of one provider."""

    @property
    def provider(self) -> str:
        """The provider's name as in `Capabilities`."""
        ...

    @property
    def signed(self) -> bool:
        """Whether events are signed. Otherwise a secret part of the address authenticates them."""
        ...

    def read(self, headers: Mapping[str, Sequence[str]], body: bytes, token: str) -> EsimEvent:
        """Return the event of a delivery. `headers` are by lower-case name; `body` is unchanged.

        `token` is the secret part of the address, or "" without one. Raises EventRefused,
        UnreadableEvent, and Unavailable when the secret cannot be read.
        """
        ...


class SeenEvents(Protocol):
    """The record of handled events. All methods raise the errors of `portal.domain.upstream`."""

    def seen(self, provider: str, event_id: str) -> bool:
        """Return whether the event was recorded as handled within the last days."""
        ...

    def remember(self, provider: str, event_id: str) -> None:
        """Record that the event was handled."""
        ...


class EsimWaits(Protocol):
    """The record of jobs that wait for lines. Raises the errors of `portal.domain.upstream`."""

    def wait(self, provider: str, line_ids: Sequence[str], task: Task) -> None:
        """Record that an attempt of a job waits for these lines. It replaces an older record."""
        ...

    def who_waits(self, provider: str, line_id: str) -> Task | None:
        """Return the task that waited for a line; its job may have continued since."""
        ...


class Waker(Protocol):
    """Wakes jobs before their time."""

    def wake(self, task: Task) -> None:
        """Make the job look now. Raises Unavailable. Without it the job looks at its time."""
        ...
