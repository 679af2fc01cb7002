"""The decision of a consumer about a message."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """What happens to the message."""

    ACK = "ack"
    """Delete the message: its work is done, or nothing is left to do."""

    RETRY = "retry"
    """Keep the message and let it come back after the delay. It counts as a receive."""

    REQUEUE = "requeue"
    """Send a new message with the delay to the same queue, then delete this one."""

    PARK = "park"
    """Send a new message with the delay to the waiting queue, then delete this one."""

    DEAD_LETTER = "dead-letter"
    """Send a copy to the dead-letter queue, then delete this one: its work is given up."""


@dataclass(frozen=True)
class Verdict:
    """An action and its delay in seconds."""

    action: Action
    delay: float = 0.0


ACK = Verdict(Action.ACK)
DEAD_LETTER = Verdict(Action.DEAD_LETTER)
