"""The dead-letter consumer of the operation queues, which undoes each job and ends it as failed.

A job that cannot be ended now, for example while WHMCS is down, stays in the queue and is retried.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from portal.engine.model import Task
from portal.observability import count
from portal.queues.task_consumer import task_consumer
from portal.queues.verdict import Verdict

from functions.operations.deps import build_dead_letter

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Handle an SQS batch of a dead-letter queue."""
    deps = build_dead_letter()

    def give_up(task: Task, remaining: Callable[[], float]) -> Verdict:
        count("OperationDeadLetters")
        return deps.runner.give_up(task, remaining)

    return task_consumer(give_up).consume(event, context)
