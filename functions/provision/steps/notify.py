"""The step that puts the customer's mails on the queue. The sender fetches activation codes."""

from __future__ import annotations

from collections.abc import Iterator

from portal.domain.mail import MailJob, MailTemplate
from portal.engine.steps import Run, Step
from portal.ports.mail import MailQueue

from functions.provision.records import ACTIVATE_ESIM, CHECK, LOAD, NOTIFY, NotifyRecord


class Notify(Step[NotifyRecord]):
    """Enqueues the mails. Each has a key of its own, so two jobs with one key make one mail."""

    key = NOTIFY
    seconds = 20

    def __init__(self, mail_queue: MailQueue) -> None:
        self._mail_queue = mail_queue

    def run(self, run: Run) -> NotifyRecord:
        """Enqueue one mail for the order and one per eSIM."""
        jobs = list(mails(run))
        self._mail_queue.put(jobs)
        return NotifyRecord(mails=len(jobs))


def mails(run: Run) -> Iterator[MailJob]:
    """Yield the mail jobs, in the order in which the mails should arrive."""
    order_id, check, user_id = run.job.subject, run.result(CHECK), run.result(LOAD).user_id
    yield MailJob(
        template=MailTemplate.ORDER_PROVISIONED,
        user_id=user_id,
        dedup_key=f"order-provisioned:{order_id}",
        parameters={
            "orderNumber": check.number,
            "sfOrderId": order_id,
            "lines": [{"name": line.name, "quantity": line.quantity} for line in check.lines],
        },
        correlation_id=run.job.correlation_id,
    )
    for key, line in sorted(run.result(ACTIVATE_ESIM).lines.items()):
        yield MailJob(
            template=MailTemplate.ESIM_ACTIVATION,
            user_id=user_id,
            dedup_key=f"esim-activation:{order_id}:{key}",
            parameters={"lineId": line.line_id, "orderNumber": check.number},
            correlation_id=run.job.correlation_id,
        )
