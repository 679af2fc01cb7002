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

from portal.domain.mail import MailJob, MailTemplate
from portal.domain.upstream import OutcomeUnknown, UpstreamError
from portal.observability import count, logger
from portal.ports.activation_mails import ActivationMails
from portal.ports.mail_transport import MailTransport, Message
from portal.ports.message_log import Claim, MessageLog
from portal.queues.failures import GiveUp
from portal.queues.recorded_work import Ending

from functions.email.contexts import Contexts, content_of
from functions.email.recipients import NO_RECIPIENT, Recipients
from functions.email.rendering import render
from functions.email.sender import Sender

WITH_CODE = frozenset(
    {MailTemplate.ESIM_ACTIVATION, MailTemplate.ESIM_REISSUED, MailTemplate.ESIM_SENT_AGAIN}
)


ASKED_FOR_BY_ANYBODY = frozenset({MailTemplate.PASSWORD_RESET, MailTemplate.SIGNUP_PROOF})


class MailOutcome(StrEnum):
    """How a mail job ended."""

    SENT = "sent"
    UNCERTAIN = "uncertain"
    NOBODY = "nobody"
    SYNTHETIC = "synthetic"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Delivery:
    """Delivers jobs one by one. `clock` returns epoch seconds.

    `copy_to` gets a blind copy of every mail without a credential; it is empty for no copies.
    `synthetic` is the address of the smoke test's customer, who is told of no order.
    """

    log: MessageLog
    recipients: Recipients
    contexts: Contexts
    transport: MailTransport
    sender: Sender
    activation_mails: ActivationMails
    copy_to: str = ""
    synthetic: str = ""
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
            if error.code != NO_RECIPIENT or job.template not in ASKED_FOR_BY_ANYBODY:
                raise
            # The request named an unknown address or number, and its answer must not show that.
            return self._ended(job, MailOutcome.NOBODY)
        if job.template is MailTemplate.ORDER_RECEIVED and self._is_synthetic(message.to):
            return self._ended(job, MailOutcome.SYNTHETIC)
        return self._send(job, claim, message)

    def _is_synthetic(self, address: str) -> bool:
        return bool(self.synthetic) and address.casefold() == self.synthetic.casefold()

    def _expired(self, job: MailJob, claim: Claim) -> bool:
        """Whether a reset mail is so late that the customer has given up on it."""
        life = self.contexts.reset_tokens.valid_minutes * 60
        asked_for = job.template in ASKED_FOR_BY_ANYBODY
        return asked_for and self.clock() - claim.progress.sent_at > life

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
        self._remember(job)
        return self._ended(job, MailOutcome.SENT, message_id)

    def _remember(self, job: MailJob) -> None:
        """Record the mail, so that the page shows the code for an hour without a new sign-in."""
        if job.template not in WITH_CODE:
            return
        try:
            self.activation_mails.sent(str(job.parameters["lineId"]))
        except UpstreamError:
            logger().warning("the time of an activation mail was not remembered")

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
        recipient = self.recipients.of(job)
        context = self.contexts.of(job, account_id=recipient.account_id)
        rendered = render(job.template, recipient.addressee, self.sender, context.values)
        return Message(
            to=recipient.address,
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            reference=job.dedup_key,
            category=job.template.value,
            correlation_id=job.correlation_id,
            reply_to=self.sender.reply_to,
            copy_to="" if content_of(job).carries_credential else self.copy_to,
            images=context.images,
        )


def left_in_doubt(key: str) -> None:
    """Count and log that the mail with a key may or may not have been sent."""
    count("EmailOutcome", outcome=MailOutcome.UNCERTAIN)
    logger().error(
        "mail may or may not have been sent; it is not sent again", extra={"dedup_key": key}
    )
