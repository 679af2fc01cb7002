"""Reading what eSIM providers announce, and waking the jobs that wait for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from portal.domain.esim_event import EsimEvent
from portal.engine.model import Task


class EventRefused(Exception):  # reads as what happened
    """It is not proved to be the provider's; `reason` is for our log, not for the caller."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnreadableEvent(Exception):  # reads as what happened
    """It is the provider's, and has another form than its documentation says."""


class EsimEvents(Protocol):
    """The events of one provider."""

    @property
    def provider(self) -> str:
        """The provider's name, as in `Capabilities`."""
        ...

    @property
    def signed(self) -> bool:
        """Whether events are signed; else a secret part of the address is their only proof."""
        ...

    def read(self, headers: Mapping[str, Sequence[str]], body: bytes, token: str) -> EsimEvent:
        """The event of a delivery; `headers` by lower-case name, `body` as it arrived.

        `token` is the secret part of the address, "" where it has none. Raises EventRefused,
        UnreadableEvent, and Unavailable when the secret cannot be read.
        """
        ...


class SeenEvents(Protocol):
    """Which events were dealt with. All methods raise the errors of `portal.domain.upstream`."""

    def seen(self, provider: str, event_id: str) -> bool:
        """Whether `remember` was called for it within the last days."""
        ...

    def remember(self, provider: str, event_id: str) -> None:
        """It is dealt with."""
        ...


class EsimWaits(Protocol):
    """Which jobs wait for which lines. All methods raise the errors of `portal.domain.upstream`."""

    def wait(self, provider: str, line_ids: Sequence[str], task: Task) -> None:
        """Remember that an attempt of a job waits for these lines; the newest one counts."""
        ...

    def who_waits(self, provider: str, line_id: str) -> Task | None:
        """Who waits for a line; the job may have gone on since."""
        ...


class Waker(Protocol):
    """Waking jobs before their time."""

    def wake(self, task: Task) -> None:
        """Let the job look now. Raises Unavailable; nothing is lost when it is not called."""
        ...
