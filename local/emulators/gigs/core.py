"""The state that the operations share: projects, switches, clock, events, and the request."""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from local.emulators.gigs.errors import invalid, not_found
from local.emulators.gigs.records import (
    Change,
    Due,
    Project,
    Sim,
    Subscription,
    SubscriptionAddon,
    Table,
)
from local.emulators.gigs.switches import Pace, Switches
from local.emulators.gigs.values import new_activation_code, new_iccid, new_id
from local.emulators.gigs.webhooks import Webhooks

RecordT = TypeVar("RecordT")
Watched = Subscription | Change | SubscriptionAddon
Answer = tuple[int, dict[str, Any]]


@dataclass
class Core:
    """The emulator's state for the operations. `switches` and `now` are read when needed.

    All code that reads or changes the state holds `lock`, because tests access it from their own
    thread (`seed`, `dump`, `clock.advance`) while the event loop serves requests.
    """

    switches: Callable[[], Switches]
    now: Callable[[], datetime]
    webhooks: Webhooks
    projects: dict[str, Project] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
    waiting: dict[str, tuple[Project, Watched]] = field(default_factory=dict)
    agenda: list[tuple[datetime, int, Project, Watched]] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=itertools.count)

    def watch(self, project: Project, record: Watched) -> None:
        """Check an open record whenever the state is settled, until it is closed."""
        self.waiting[record.id] = (project, record)

    def wake(self, moment: datetime, project: Project, record: Watched) -> None:
        """Check a record when the clock reaches `moment`."""
        heapq.heappush(self.agenda, (moment, next(self._order), project, record))

    def clear(self) -> None:
        """Forget all projects."""
        self.projects.clear()
        self.waiting.clear()
        self.agenda.clear()

    def due(self, pace: Pace) -> Due:
        """Return the time of an asynchronous step that is announced now."""
        switches = self.switches()
        return Due(
            pace,
            at=self.now() + timedelta(seconds=switches.pace_seconds),
            polls_left=switches.pace_polls,
        )

    def new_sim(self, project: Project, provider: str, user: str | None, type_: str) -> Sim:
        """Allocate a SIM; only an eSIM has an activation code."""
        sim = Sim(
            id=new_id("sim_"),
            iccid=new_iccid(self.switches().iccid_digits),
            provider=provider,
            type=type_,
            created_at=self.now(),
            activation_code=new_activation_code() if type_ == "eSIM" else None,
            user=user,
        )
        project.sims[sim.id] = sim
        return sim


@dataclass(frozen=True)
class Call:
    """One authenticated request for an operation."""

    core: Core
    project: Project
    path: dict[str, str]
    query: list[tuple[str, str]]
    body: bytes
    actor: dict[str, str]

    def emit(
        self, type_: str, data: dict[str, Any], *, previous: dict[str, Any] | None = None
    ) -> None:
        """Record an event that this request caused."""
        self.core.webhooks.emit(self.project.id, type_, data, previous=previous, actor=self.actor)


def in_path(table: Table[RecordT], record_id: str, what: str) -> RecordT:
    """Return the record that the path names. Raises ApiError (404)."""
    if record_id not in table:
        raise not_found(what)
    return table[record_id]


def in_body(table: Table[RecordT], record_id: str, name: str) -> RecordT:
    """Return the record that a property names. Raises ApiError (`invalid`, which is assumed)."""
    if record_id not in table:
        raise invalid(f"Property {name} does not name an existing resource.")
    return table[record_id]
