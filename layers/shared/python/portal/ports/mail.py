"""Handing mails to the sender."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from portal.domain.mail import MailJob


class MailQueue(Protocol):
    """Where mail jobs are put; delivering is somebody else's work."""

    def put(self, jobs: Sequence[MailJob]) -> None:
        """Enqueue the jobs. May enqueue one twice after a crash: `dedup_key` makes it one mail.

        Raises Unavailable when the queue does not take them; those put before stay put.
        """
        ...
