"""The dead-letter consumer of provisioning ends each job as failed and reports it to Salesforce.

The message of a job that cannot be ended now (Salesforce may be down) stays in the queue.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from portal.engine.model import Task
from portal.observability import count
from portal.queues.task_consumer import task_consumer
from portal.queues.verdict import Verdict

from functions.provision.deps import build_dead_letter

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Consume a batch of the dead-letter queue. The Lambda's entry point."""
    deps = build_dead_letter()

    def give_up(task: Task, remaining: Callable[[], float]) -> Verdict:
        count("ProvisioningDeadLetters")
        return deps.runner.give_up(task, remaining)

    return task_consumer(give_up).consume(event, context)
