"""Put the customer's mails on the queue. Codes never travel: the sender fetches them."""

from __future__ import annotations

from collections.abc import Iterator

from portal.domain.mail import MailJob, MailTemplate
from portal.engine.model import Data
from portal.engine.steps import Run, Step
from portal.ports.mail import MailQueue

from functions.provision import reading


class Notify(Step):
    """Each mail has a key of its own: put twice, it is one mail."""

    name = "notify"
    seconds = 20

    def __init__(self, mail_queue: MailQueue) -> None:
        self._mail_queue = mail_queue

    def run(self, run: Run) -> Data:
        """One mail for the order and one per eSIM."""
        jobs = list(mails(run))
        self._mail_queue.put(jobs)
        return {"mails": len(jobs)}


def mails(run: Run) -> Iterator[MailJob]:
    """The jobs, in the order in which they should arrive."""
    order, user_id = reading.order(run), reading.user_id(run)
    yield MailJob(
        template=MailTemplate.ORDER_PROVISIONED,
        user_id=user_id,
        dedup_key=f"order-provisioned:{order.id}",
        parameters={
            "orderNumber": order.number,
            "sfOrderId": order.id,
            "lines": [{"name": line.name, "quantity": int(line.quantity)} for line in order.lines],
        },
        correlation_id=run.job.correlation_id,
    )
    for key, line in sorted(reading.esims(run).items()):
        yield MailJob(
            template=MailTemplate.ESIM_ACTIVATION,
            user_id=user_id,
            dedup_key=f"esim-activation:{order.id}:{key}",
            parameters={"lineId": line["lineId"], "orderNumber": order.number},
            correlation_id=run.job.correlation_id,
        )
