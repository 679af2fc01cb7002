"""Put the mails of a reissue on the queue. Codes never travel: the sender fetches them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from portal.domain.esim import iccid_ending
from portal.domain.mail import MailJob
from portal.domain.mail_contents import (
    EsimReissued,
    EsimReissueNotice,
    EsimSentAgain,
    MailContent,
)
from portal.engine.steps import Run, Step
from portal.operations.job import owner_of
from portal.ports.mail import MailQueue

from functions.operations.reissue.asked import asked
from functions.operations.reissue.records import NOTIFY, REISSUE, SWITCH, NotifyRecord


class Notify(Step[NotifyRecord]):
    """Each mail has a key of its own: put twice, it is one mail."""

    key = NOTIFY
    seconds = 20

    def __init__(self, mail_queue: MailQueue) -> None:
        self._mail_queue = mail_queue

    def run(self, run: Run) -> NotifyRecord:
        """The new code, and the notice that the old profile is dead.

        Nothing when another operation has replaced the new profile since: that one has told.
        """
        if run.result(SWITCH).superseded:
            return NotifyRecord()
        jobs = mails(run)
        self._mail_queue.put(jobs)
        return NotifyRecord(mails=len(jobs))


def mails(run: Run) -> list[MailJob]:
    """The jobs of a reissue whose new line is known."""
    return [
        MailJob.of(
            content,
            user_id=owner_of(run.job),
            dedup_key=f"{content.template}:{run.job.subject}",
            correlation_id=run.job.correlation_id,
        )
        for content in _contents(run)
    ]


def _contents(run: Run) -> Iterator[MailContent]:
    """What the customer is told.

    A code that was never used is sent once more, and nothing was replaced.
    """
    wanted, record = asked(run.job), run.result(REISSUE)
    # The line is named as it was known when the customer asked.
    ending = iccid_ending(wanted.iccid)
    if wanted.again:
        yield EsimSentAgain(
            line_id=record.line_id,
            subscription_id=wanted.service_id,
            product_name=wanted.name,
            iccid_ending=ending,
        )
        return
    yield EsimReissued(
        line_id=record.line_id,
        subscription_id=wanted.service_id,
        product_name=wanted.name,
        iccid_ending=ending,
    )
    # The time of the request: a retry must put the very same mail on the queue.
    at = datetime.fromtimestamp(record.asked_at or int(run.job.requested_at), UTC)
    yield EsimReissueNotice(
        subscription_id=wanted.service_id,
        product_name=wanted.name,
        iccid_ending=ending,
        reissued_at=at,
    )
