"""Mails in memory: a transport and a queue that can fail in every way."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from portal.domain.mail import MailJob
from portal.domain.upstream import OutcomeUnknown, UpstreamError
from portal.ports.mail_transport import Message


class FakeMailTransport:
    """`MailTransport`: keeps what was sent; `failures` are raised first, one a call.

    `fails` says for any further call what it raises. An `OutcomeUnknown` is raised after the mail
    has gone out, which is its worst case.
    """

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.calls = 0
        self.failures: list[BaseException] = []
        self.fails: Callable[[], BaseException | None] = lambda: None

    def send(self, message: Message) -> str:
        self.calls += 1
        failure = self.failures.pop(0) if self.failures else self.fails()
        if failure is not None and not isinstance(failure, OutcomeUnknown):
            raise failure
        self.sent.append(message)
        if failure is not None:
            raise failure
        return f"message-{len(self.sent)}"


class FakeMailQueue:
    """`MailQueue` over a list."""

    def __init__(self) -> None:
        self.jobs: list[MailJob] = []
        self.failure: UpstreamError | None = None

    def put(self, jobs: Sequence[MailJob]) -> None:
        if self.failure is not None:
            raise self.failure
        self.jobs.extend(jobs)
