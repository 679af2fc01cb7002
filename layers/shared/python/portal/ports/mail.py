"""The port for the mail queue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from portal.domain.mail import MailJob


class MailQueue(Protocol):
    """The queue of mail jobs. The e-mail function consumes it and sends the mails."""

    def put(self, jobs: Sequence[MailJob]) -> None:
        """Send jobs to the queue. Two jobs with the same `dedup_key` make one mail.

        Raises Unavailable when the queue does not accept all jobs; some may be enqueued then.
        """
        ...
