"""The consumer of both operation queues, which runs one job per message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal.queues.task_consumer import task_consumer

from functions.operations.deps import build_worker

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Handle an SQS batch. Returns the messages that SQS must deliver again."""
    deps = build_worker()
    return task_consumer(deps.runner.work, deps.queues).consume(event, context)
