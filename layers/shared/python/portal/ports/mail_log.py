"""Which mails have been sent."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class Claim(StrEnum):
    """What claiming a deduplication key found."""

    OURS = "ours"
    BUSY = "busy"
    SENT = "sent"
    UNCERTAIN = "uncertain"


class MailLog(Protocol):
    """At most one mail per key, over however many workers."""

    def claim(self, key: str) -> Claim:
        """Become the one who sends this mail, unless it is sent, being sent, or in doubt."""
        ...

    def sending(self, key: str) -> None:
        """Record the intent, right before the request leaves."""
        ...

    def sent(self, key: str, message_id: str) -> None:
        """Record that the mail service has it."""
        ...

    def release(self, key: str) -> None:
        """Give the key back: the mail was certainly not sent."""
        ...

    def uncertain(self, key: str) -> None:
        """Keep the key in doubt for good: nobody sends it again by itself."""
        ...
