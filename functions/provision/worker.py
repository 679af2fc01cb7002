"""The consumer of both provisioning queues: works on one job per message."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from portal.engine.model import Task
from portal.queues.verdict import Verdict

from functions.provision.deps import build_worker
from functions.provision.messages import handle_batch

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Lambda entry for an SQS batch; answers the messages that are to come back."""
    deps = build_worker()

    def work(task: Task, remaining: Callable[[], float]) -> Verdict:
        return deps.runner.work(task, remaining)

    return handle_batch(event, context, work, deps.lanes)
