"""The queues of a stage, one row each. Queue, event source mapping and alarms follow from it.

A new queue is a member of `infra.resource_names.Queue`, a row here, a row in
`infra/endpoints.py` whose Lambda consumes it, and the pages that the row's runbooks name.
"""

from __future__ import annotations

from dataclasses import dataclass

from infra.resource_names import Queue


@dataclass(frozen=True, kw_only=True)
class QueueRow:
    """A queue with its dead-letter queue.

    `retries` names the setting for the number of receives before a message becomes a dead letter,
    and `concurrency` the one for the number of parallel batches. The alarm on the oldest message is
    raised after `oldest_minutes`. Runbooks are pages of docs/runbooks without `.md`.
    """

    queue: Queue
    retries: str
    concurrency: str
    oldest_minutes: int
    runbook: str
    dead_letters_runbook: str


QUEUES: tuple[QueueRow, ...] = (
    QueueRow(
        queue=Queue.PROVISION,
        retries="PROVISION_MAX_RETRIES",
        concurrency="PROVISION_MAX_CONCURRENCY",
        oldest_minutes=30,  # provisioning is promised within the hour
        runbook="provision-queue",
        dead_letters_runbook="provision-dead-letters",
    ),
    QueueRow(
        queue=Queue.PROVISION_WAITING,
        retries="PROVISION_MAX_RETRIES",
        concurrency="PROVISION_WAITING_MAX_CONCURRENCY",
        # A job that waits for an upstream is requeued every quarter of an hour, as a new message.
        oldest_minutes=120,
        runbook="provision-waiting-queue",
        dead_letters_runbook="provision-dead-letters",
    ),
    QueueRow(
        queue=Queue.OPERATION,
        retries="OPERATION_MAX_RETRIES",
        concurrency="OPERATION_MAX_CONCURRENCY",
        oldest_minutes=15,  # a customer waits on the page
        runbook="operation-queue",
        dead_letters_runbook="operation-dead-letters",
    ),
    QueueRow(
        queue=Queue.OPERATION_WAITING,
        retries="OPERATION_MAX_RETRIES",
        concurrency="OPERATION_WAITING_MAX_CONCURRENCY",
        oldest_minutes=120,  # as for provisioning
        runbook="operation-waiting-queue",
        dead_letters_runbook="operation-dead-letters",
    ),
    QueueRow(
        queue=Queue.EMAIL,
        retries="EMAIL_MAX_RETRIES",
        concurrency="EMAIL_MAX_CONCURRENCY",
        oldest_minutes=15,
        runbook="email-queue",
        dead_letters_runbook="email-dead-letters",
    ),
    QueueRow(
        queue=Queue.EMAIL_WAITING,
        retries="EMAIL_MAX_RETRIES",
        concurrency="EMAIL_MAX_CONCURRENCY",
        oldest_minutes=120,  # as for jobs that wait
        runbook="email-waiting-queue",
        dead_letters_runbook="email-dead-letters",
    ),
    QueueRow(
        queue=Queue.CASE,
        retries="CASE_MAX_RETRIES",
        concurrency="CASE_MAX_CONCURRENCY",
        oldest_minutes=60,
        runbook="case-queue",
        dead_letters_runbook="case-dead-letters",
    ),
    QueueRow(
        queue=Queue.CASE_WAITING,
        retries="CASE_MAX_RETRIES",
        concurrency="CASE_MAX_CONCURRENCY",
        oldest_minutes=120,  # as for jobs that wait
        runbook="case-waiting-queue",
        dead_letters_runbook="case-dead-letters",
    ),
)

DEAD_LETTER_CONCURRENCY = 2
"""The number of parallel batches of dead letters, which is the least that SQS mappings allow."""
