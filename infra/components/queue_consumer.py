"""Event sources that feed a queue to a Lambda."""

from __future__ import annotations

from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct


def consume(
    scope: Construct,
    id_: str,
    *,
    queue: sqs.IQueue,
    function: lambda_.IFunction,
    batch_size: int,
    max_concurrency: int,
) -> lambda_.EventSourceMapping:
    """Feed `queue` to `function`. Only failed messages come back (partial batch responses).

    `max_concurrency` (at least 2) limits how many batches run at once.
    """
    return lambda_.EventSourceMapping(
        scope,
        id_,
        target=function,
        event_source_arn=queue.queue_arn,
        batch_size=batch_size,
        max_concurrency=max_concurrency,
        report_batch_item_failures=True,
    )
