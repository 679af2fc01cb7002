"""The step that puts the customer's mails on the queue. The sender fetches activation codes."""

from __future__ import annotations

from collections.abc import Iterator

from portal.domain.mail import MailJob
from portal.domain.mail_contents import EsimActivation, OrderedLine, OrderProvisioned
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
    yield MailJob.of(
        OrderProvisioned(
            order_number=check.number,
            sf_order_id=order_id,
            lines=tuple(
                OrderedLine(name=line.name, quantity=line.quantity) for line in check.lines
            ),
        ),
        user_id=user_id,
        dedup_key=f"order-provisioned:{order_id}",
        correlation_id=run.job.correlation_id,
    )
    for key, line in sorted(run.result(ACTIVATE_ESIM).lines.items()):
        yield MailJob.of(
            EsimActivation(line_id=line.line_id, order_number=check.number),
            user_id=user_id,
            dedup_key=f"esim-activation:{order_id}:{key}",
            correlation_id=run.job.correlation_id,
        )
