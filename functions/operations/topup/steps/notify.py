"""The step that puts the receipt on the mail queue."""

from __future__ import annotations

from portal.domain.mail import MailJob
from portal.domain.mail_contents import TopupReceipt
from portal.engine.steps import Run, Step
from portal.operations.job import owner_of
from portal.ports.mail import MailQueue

from functions.operations.topup.asked import asked
from functions.operations.topup.records import CHECK, INVOICE, NOTIFY, NotifyRecord


class Notify(Step[NotifyRecord]):
    """Queues the receipt. Its key ensures that it is sent once."""

    key = NOTIFY
    seconds = 20

    def __init__(self, mail_queue: MailQueue) -> None:
        self._mail_queue = mail_queue

    def run(self, run: Run) -> NotifyRecord:
        """Queue the receipt."""
        self._mail_queue.put([receipt(run)])
        return NotifyRecord(mails=1)


def receipt(run: Run) -> MailJob:
    """Return the mail job with the offer, its price and the invoice."""
    wanted = asked(run.job)
    return MailJob.of(
        TopupReceipt(
            subscription_id=wanted.service_id,
            product_name=run.result(CHECK).product_name,
            iccid_ending=wanted.ending,
            offer_name=wanted.name,
            price=wanted.price,
            invoice_id=run.result(INVOICE).invoice_id,
        ),
        user_id=owner_of(run.job),
        dedup_key=f"topup-receipt:{wanted.operation_id}",
        correlation_id=run.job.correlation_id,
    )
