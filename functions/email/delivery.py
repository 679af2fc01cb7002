"""Delivers one mail job. At most one mail per key is sent, whenever a worker dies.

The order of events is claim → render → record the intent → send → record the success.
`portal.queues.recorded_work` records claim and success. If the worker dies or the mail service's
answer is lost after the intent, the mail may or may not have been sent. Then it is counted and
logged but not sent again, because a second "your password was changed" is worse than a log line
that support follows up.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from portal.domain.identity import CustomerMapping
from portal.domain.mail import MailJob, MailTemplate
from portal.domain.upstream import OutcomeUnknown, UpstreamError
from portal.observability import count, logger
from portal.ports.identity import CustomerDirectory
from portal.ports.mail_transport import MailTransport, Message
from portal.ports.message_log import Claim, MessageLog
from portal.queues.failures import GiveUp
from portal.queues.recorded_work import Ending

from functions.email.contexts import Contexts
from functions.email.rendering import render

NO_RECIPIENT = "no-recipient"


class MailOutcome(StrEnum):
    """How a mail job ended."""

    SENT = "sent"
    UNCERTAIN = "uncertain"
    NOBODY = "nobody"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Sender:
    """The sender's data in mails. `reply_to` is empty when nobody reads replies."""

    name: str
    portal_url: str
    reply_to: str = ""


@dataclass(frozen=True)
class Delivery:
    """Delivers jobs one by one. `clock` returns epoch seconds."""

    log: MessageLog
    directory: CustomerDirectory
    contexts: Contexts
    transport: MailTransport
    sender: Sender
    clock: Callable[[], float] = time.time

    def deliver(self, job: MailJob, claim: Claim) -> Ending:
        """Deliver a claimed job and return how it ended.

        Raises GiveUp, LeaseLost and UpstreamErrors; then the mail was certainly not sent.
        """
        if self._expired(job, claim):
            return self._ended(job, MailOutcome.EXPIRED)
        try:
            message = self._message(job)
        except GiveUp as error:
            if error.code != NO_RECIPIENT or job.template is not MailTemplate.PASSWORD_RESET:
                raise
            # The request named an unknown address, and its answer must not show that.
            return self._ended(job, MailOutcome.NOBODY)
        return self._send(job, claim, message)

    def _expired(self, job: MailJob, claim: Claim) -> bool:
        """Whether a reset mail is so late that the customer has given up on it."""
        life = self.contexts.reset_tokens.valid_minutes * 60
        is_reset = job.template is MailTemplate.PASSWORD_RESET
        return is_reset and self.clock() - claim.progress.sent_at > life

    def _send(self, job: MailJob, claim: Claim, message: Message) -> Ending:
        self.log.sending(claim)
        try:
            message_id = self.transport.send(message)
        except OutcomeUnknown:
            return self._uncertain(job)
        except UpstreamError:
            raise
        except Exception:  # noqa: BLE001  # a defect: whether the mail has left is unknown
            count("UnexpectedErrors")
            logger().exception("unexpected error")
            return self._uncertain(job)
        return self._ended(job, MailOutcome.SENT, message_id)

    def _uncertain(self, job: MailJob) -> Ending:
        left_in_doubt(job.dedup_key)
        return Ending(MailOutcome.UNCERTAIN)

    def _ended(self, job: MailJob, outcome: MailOutcome, message_id: str = "") -> Ending:
        count("EmailOutcome", outcome=outcome)
        logger().info(
            "mail job ended",
            extra={"template": job.template, "outcome": outcome, "message_id": message_id},
        )
        return Ending(outcome, message_id)

    def _message(self, job: MailJob) -> Message:
        customer = self._recipient(job)
        context = self.contexts.of(job)
        rendered = render(
            job.template,
            customer.language,
            {
                **context.values,
                "first_name": customer.first_name,
                "sender_name": self.sender.name,
                "portal_url": self.sender.portal_url.rstrip("/"),
                "reply_to": self.sender.reply_to,
            },
        )
        return Message(
            to=customer.email,
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            reference=job.dedup_key,
            category=job.template.value,
            correlation_id=job.correlation_id,
            reply_to=self.sender.reply_to,
            images=context.images,
        )

    def _recipient(self, job: MailJob) -> CustomerMapping:
        customer = self.directory.by_user(job.user_id)
        if customer is None:
            raise GiveUp(NO_RECIPIENT, f"user {job.user_id} has no mapping")
        return customer


def left_in_doubt(key: str) -> None:
    """Count and log that the mail with a key may or may not have been sent."""
    count("EmailOutcome", outcome=MailOutcome.UNCERTAIN)
    logger().error(
        "mail may or may not have been sent; it is not sent again", extra={"dedup_key": key}
    )
