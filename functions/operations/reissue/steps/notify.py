"""Put the mail with the QR code on the queue. Codes never travel: the sender fetches them."""

from __future__ import annotations

from portal.domain.mail import MailJob, MailTemplate
from portal.engine.steps import Run, Step
from portal.operations.job import owner_of
from portal.ports.mail import MailQueue

from functions.operations.reissue.asked import asked
from functions.operations.reissue.records import NOTIFY, REISSUE, NotifyRecord


class Notify(Step[NotifyRecord]):
    """The mail has a key of its own: put twice, it is one mail."""

    key = NOTIFY
    seconds = 20

    def __init__(self, mail_queue: MailQueue) -> None:
        self._mail_queue = mail_queue

    def run(self, run: Run) -> NotifyRecord:
        """The one mail."""
        self._mail_queue.put([mail(run)])
        return NotifyRecord(mails=1)


def mail(run: Run) -> MailJob:
    """To the address on file: the new code, with the notice that the old profile is dead.

    A code that was never used is the mail of the activation once more.
    """
    wanted = asked(run.job)
    return MailJob(
        template=MailTemplate.ESIM_ACTIVATION if wanted.again else MailTemplate.ESIM_REISSUED,
        user_id=owner_of(run.job),
        dedup_key=f"esim-reissued:{wanted.operation_id}",
        parameters={"lineId": run.result(REISSUE).line_id},
        correlation_id=run.job.correlation_id,
    )
