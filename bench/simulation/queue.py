"""A standard SQS queue: no order, delays, visibility, receive counts, a dead-letter queue.

Source: Amazon SQS developer guide (standard queues, visibility timeout, dead-letter queues).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import simpy
from portal.engine.model import Task
from portal.queues.backoff import LONGEST_DELAY

from bench.simulation.world import World


@dataclass
class Message:
    """One message; `receives` is ApproximateReceiveCount."""

    task: Task
    receives: int = 0


class SimulatedQueue:
    """The engine's `Queue` with the operations of a poller.

    `visibility` is in seconds. The next visible message is random, because standard queues promise
    no order.
    """

    def __init__(
        self,
        world: World,
        *,
        visibility: float,
        max_receives: int,
        dead_letter: Callable[[Task], None],
    ) -> None:
        self._world = world
        self._visibility = visibility
        self._max_receives = max_receives
        self._dead_letter = dead_letter
        self._visible: list[Message] = []
        self._idle: list[simpy.Event] = []
        self.sent = self.received = self.dead = 0

    def put(self, task: Task, *, delay_seconds: float = 0) -> None:
        """Send a message. SQS refuses a delay beyond 900 s, and accepts whole seconds only."""
        if not 0 <= delay_seconds <= LONGEST_DELAY:
            msg = f"DelaySeconds must be 0 to {LONGEST_DELAY:.0f}: {delay_seconds}"
            raise ValueError(msg)
        self.sent += 1
        self._show_after(int(delay_seconds), Message(task))

    def backlog(self) -> int:
        """Return the number of visible messages (ApproximateNumberOfMessages)."""
        return len(self._visible)

    def receive(self) -> Message | None:
        """Take any visible message. One that was received too often becomes a dead letter."""
        while self._visible:
            message = self._take_any()
            if message.receives < self._max_receives:
                message.receives += 1
                self.received += 1
                return message
            self.dead += 1
            self._dead_letter(message.task)
        return None

    def keep(self, message: Message, delay: float) -> None:
        """Make a message visible again after `delay` seconds (ChangeMessageVisibility)."""
        self._show_after(int(delay), message)

    def abandon(self, message: Message) -> None:
        """Leave the message of a dead worker to the visibility timeout."""
        self._show_after(self._visibility, message)

    def arrival(self) -> simpy.Event:
        """Return an event that happens when there may be a message to receive."""
        event = self._world.env.event()
        self._idle.append(event)
        return event

    def _take_any(self) -> Message:
        messages = self._visible
        chosen = self._world.random.randrange(len(messages))
        messages[chosen], messages[-1] = messages[-1], messages[chosen]
        return messages.pop()

    def _show_after(self, seconds: float, message: Message) -> None:
        if seconds > 0:
            self._world.later(seconds, lambda: self._show(message))
        else:
            self._show(message)

    def _show(self, message: Message) -> None:
        self._visible.append(message)
        if self._idle:
            self._idle.pop().succeed()
