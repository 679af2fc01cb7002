"""SQS queues, each with a dead-letter queue."""

from __future__ import annotations

from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_sqs as sqs
from constructs import Construct

VISIBILITY_FACTOR = 6  # Lambda developer guide: at least six times the function's timeout
MAIN_RETENTION_DAYS = 4
DEAD_LETTER_RETENTION_DAYS = 14


@dataclass(frozen=True)
class QueuePair:
    """A queue and its dead-letter queue."""

    queue: sqs.Queue
    dead_letters: sqs.Queue


def create_queue_pair(
    scope: Construct,
    id_: str,
    *,
    name: str,
    consumer_timeout: int,
    dead_letter_consumer_timeout: int,
    max_receive_count: int,
) -> QueuePair:
    """Create a standard queue and its dead-letter queue.

    Timeouts are those of the Lambdas, in seconds. SQS encrypts both queues, and both refuse plain
    HTTP.
    """
    dead_letters = _queue(
        scope,
        f"{id_}DeadLetters",
        name=f"{name}-dead-letters",
        consumer_timeout=dead_letter_consumer_timeout,
        retention_days=DEAD_LETTER_RETENTION_DAYS,
    )
    queue = _queue(
        scope,
        id_,
        name=name,
        consumer_timeout=consumer_timeout,
        retention_days=MAIN_RETENTION_DAYS,
        dead_letter_queue=sqs.DeadLetterQueue(
            queue=dead_letters, max_receive_count=max_receive_count
        ),
    )
    return QueuePair(queue=queue, dead_letters=dead_letters)


def _queue(
    scope: Construct,
    id_: str,
    *,
    name: str,
    consumer_timeout: int,
    retention_days: int,
    dead_letter_queue: sqs.DeadLetterQueue | None = None,
) -> sqs.Queue:
    return sqs.Queue(
        scope,
        id_,
        queue_name=name,
        visibility_timeout=cdk.Duration.seconds(VISIBILITY_FACTOR * consumer_timeout),
        retention_period=cdk.Duration.days(retention_days),
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        dead_letter_queue=dead_letter_queue,
    )
