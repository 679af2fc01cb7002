"""The consumer of both e-mail queues. Each job makes one mail and fails by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal.domain.mail import MailJob
from portal.queues.consumer import Consumer, Received
from portal.queues.verdict import Verdict

from functions.email.deps import SendDeps, build_send

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

SECONDS_NEEDED = 40.0
"""Seconds for one mail: two requests to the mail service (its key may have been rotated), one to
the eSIM provider or two to Salesforce (a login and a query), and several to DynamoDB."""


def mail_consumer(deps: SendDeps) -> Consumer[MailJob]:
    """Return the consumer of mail jobs. The deduplication key identifies a mail's record."""

    def deliver(received: Received[MailJob]) -> Verdict:
        job = received.message
        return deps.recorded.run(
            job.dedup_key,
            lambda claim: deps.delivery.deliver(job, claim),
            sent_at=received.sent_at,
            seconds_left=received.remaining(),
        )

    return Consumer(
        model=MailJob,
        work=deliver,
        log_fields=lambda job: {"template": job.template.value, "dedup_key": job.dedup_key},
        queues=deps.queues,
        dead_letters=deps.dead_letters,
        seconds_needed=SECONDS_NEEDED,
    )


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Consume an SQS batch and return the messages to keep. The Lambda's entry point."""
    return mail_consumer(build_send()).consume(event, context)
