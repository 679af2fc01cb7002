"""Consumes both case queues. It opens each Case in Salesforce once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal.domain.cases import CaseJob
from portal.queues.consumer import Consumer, Received
from portal.queues.recorded_work import Ending
from portal.queues.verdict import Verdict

from functions.auth.deps import CaseWorkerDeps, build_case_worker
from functions.auth.topup_cases import open_topup_case

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def case_consumer(deps: CaseWorkerDeps) -> Consumer[CaseJob]:
    """Return the consumer of Case jobs. It finds the record of a Case by the Case's key."""

    def open_case(received: Received[CaseJob]) -> Verdict:
        job = received.message
        return deps.recorded.run(
            job.case_key,
            lambda _: _opened(deps, job),
            sent_at=received.sent_at,
            seconds_left=received.remaining(),
        )

    return Consumer(
        model=CaseJob,
        work=open_case,
        log_fields=lambda job: {"case_key": job.case_key, "registration": job.registration_id},
        queues=deps.queues,
        dead_letters=deps.dead_letters,
    )


def _opened(deps: CaseWorkerDeps, job: CaseJob) -> Ending:
    if job.topup is not None:
        return open_topup_case(deps.cases.desk, job.case_key, job.topup)
    return deps.cases.open(job)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Consume an SQS batch. Return SQS' partial batch response, with the messages to retry."""
    return case_consumer(build_case_worker()).consume(event, context)
