"""From SQS records to verdicts and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from portal import correlation
from portal.domain.upstream import UpstreamError
from portal.engine.model import Task
from portal.engine.task_message import TaskMessage
from portal.observability import count, logger
from portal.queues.lanes import Lanes
from portal.queues.verdict import Action, Verdict
from pydantic import ValidationError

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

Work = Callable[[Task, Callable[[], float]], Verdict]


def handle_batch(
    event: dict[str, Any],
    context: LambdaContext,
    work: Work,
    lanes: Lanes | None = None,
) -> dict[str, Any]:
    """Work on every record; the answer names those that SQS must keep.

    `lanes` take tasks that are to be worked on again and set when a kept message comes back;
    without them a message that is not done comes back by its queue's visibility timeout.
    """
    kept = []
    for record in event["Records"]:
        # The environment may have worked on another order before.
        logger().clear_state()
        task = _task(record)
        if task is None:
            continue
        with correlation.bound(_correlation_id(record)) as current:
            logger().set_correlation_id(current)
            verdict = work(task, lambda: context.get_remaining_time_in_millis() / 1000)
            if _is_kept(record, task, verdict, lanes):
                kept.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": kept}


def _task(record: dict[str, Any]) -> Task | None:
    """None for a message that nobody could ever work on: it is dropped, loudly."""
    try:
        message = TaskMessage.model_validate_json(record["body"])
    except ValidationError as error:
        count("ProvisioningUnreadableMessages")
        logger().error(
            "message is not a task",
            extra={"message_id": record["messageId"], "errors": error.error_count()},
        )
        return None
    logger().append_keys(job=message.job_id)
    return Task(message.job_id, message.attempt)


def _correlation_id(record: dict[str, Any]) -> str:
    attribute = (record.get("messageAttributes") or {}).get("correlationId") or {}
    return correlation.accept(attribute.get("stringValue"))


def _is_kept(record: dict[str, Any], task: Task, verdict: Verdict, lanes: Lanes | None) -> bool:
    if verdict.action is Action.ACK:
        return False
    if lanes is None:
        return True
    lane = lanes.of(record)
    try:
        if verdict.action is Action.RETRY:
            lane.postpone(record["receiptHandle"], verdict.delay)
            return True
        following = lanes.waiting if verdict.action is Action.PARK else lane
        following.tasks.put(task, delay_seconds=verdict.delay)
    except UpstreamError as error:
        # The message then comes back when its visibility timeout ends.
        if verdict.action is not Action.RETRY:
            count("EnqueueFailures")
        logger().warning("queue", extra={"reason": str(error)})
        return True
    return False
