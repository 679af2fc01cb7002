"""Delivering one mail job: at most one mail per key, whatever dies when.

The order of events is claim → render → record the intent → send → record the success. What
window remains: if the worker dies (or the mail service's answer is lost) between the intent and
the record, the mail may or may not have gone out. It is then left alone, counted and logged,
because a second "your password was changed" is worse than a line for support to follow up.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from portal.domain.identity import CustomerMapping
from portal.domain.mail import MailJob, MailTemplate
from portal.domain.upstream import OutcomeUnknown, UpstreamError
from portal.observability import count, logger
from portal.ports.identity import CustomerDirectory
from portal.ports.mail_log import Claim, MailLog
from portal.ports.mail_transport import MailTransport, Message

from functions.email.contexts import Contexts
from functions.email.rendering import render


class Outcome(StrEnum):
    """What became of a job."""

    SENT = "sent"
    DUPLICATE = "duplicate"
    UNCERTAIN = "uncertain"
    NOBODY = "nobody"


class NoRecipientError(Exception):
    """The job's user has no mapping; nobody to write to."""


class BusyError(Exception):
    """Another worker holds this mail right now."""


@dataclass(frozen=True)
class Sender:
    """What mails say of their sender."""

    name: str
    portal_url: str


@dataclass(frozen=True)
class Delivery:
    """Delivers jobs one by one."""

    log: MailLog
    directory: CustomerDirectory
    contexts: Contexts
    transport: MailTransport
    sender: Sender

    def deliver(self, job: MailJob) -> Outcome:
        """Deliver a job.

        Raises NoRecipientError or UnusableJobError (for good), BusyError and upstream errors
        (the key is free again for the next delivery).
        """
        claim = self.log.claim(job.dedup_key)
        if claim is Claim.SENT:
            return Outcome.DUPLICATE
        if claim is Claim.BUSY:
            raise BusyError(job.dedup_key)
        if claim is Claim.UNCERTAIN:
            return self._leave_in_doubt(job)
        try:
            message = self._message(job)
        except NoRecipientError:
            self.log.release(job.dedup_key)
            if job.template is not MailTemplate.PASSWORD_RESET:
                raise
            # Asked for with an address that nobody has; the request's answer must not show it.
            count("EmailOutcome", outcome=Outcome.NOBODY)
            return Outcome.NOBODY
        except BaseException:
            self.log.release(job.dedup_key)
            raise
        return self._send(job, message)

    def _send(self, job: MailJob, message: Message) -> Outcome:
        self.log.sending(job.dedup_key)
        try:
            message_id = self.transport.send(message)
        except OutcomeUnknown:
            self.log.uncertain(job.dedup_key)
            return self._leave_in_doubt(job)
        except UpstreamError:
            self.log.release(job.dedup_key)
            raise
        self.log.sent(job.dedup_key, message_id)
        count("EmailOutcome", outcome=Outcome.SENT)
        logger().info("mail sent", extra={"template": job.template, "message_id": message_id})
        return Outcome.SENT

    def _leave_in_doubt(self, job: MailJob) -> Outcome:
        count("EmailOutcome", outcome=Outcome.UNCERTAIN)
        logger().error(
            "mail may or may not have been sent; it is not sent again",
            extra={"template": job.template, "dedup_key": job.dedup_key},
        )
        return Outcome.UNCERTAIN

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
            images=context.images,
        )

    def _recipient(self, job: MailJob) -> CustomerMapping:
        customer = self.directory.by_user(job.user_id)
        if customer is None:
            raise NoRecipientError(job.user_id)
        return customer
