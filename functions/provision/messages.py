"""From SQS records to verdicts and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from portal import correlation
from portal.domain.provisioning import ProvisionMessage
from portal.domain.upstream import UpstreamError
from portal.engine.model import Ticket
from portal.engine.ports import Queue
from portal.engine.runner import Kind, Verdict
from portal.observability import count, logger
from portal.provisioning.view import order_id_of
from pydantic import ValidationError

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

Work = Callable[[Ticket, Callable[[], float]], Verdict]
Postpone = Callable[[str, float], None]


def handle_batch(
    event: dict[str, Any],
    context: LambdaContext,
    work: Work,
    *,
    queue: Queue | None = None,
    postpone: Postpone | None = None,
) -> dict[str, Any]:
    """Work on every record; the answer names those that SQS must keep.

    `queue` takes tickets that are to be worked on again; `postpone` sets when a kept message
    comes back, otherwise the queue's own visibility timeout does.
    """
    kept = []
    for record in event["Records"]:
        # The environment may have worked on another order before.
        logger().clear_state()
        ticket = _ticket(record)
        if ticket is None:
            continue
        with correlation.bound(_correlation_id(record)) as current:
            logger().set_correlation_id(current)
            verdict = work(ticket, lambda: context.get_remaining_time_in_millis() / 1000)
            if _is_kept(record, ticket, verdict, queue, postpone):
                kept.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": kept}


def _ticket(record: dict[str, Any]) -> Ticket | None:
    """None for a message that nobody could ever work on: it is dropped, loudly."""
    try:
        message = ProvisionMessage.model_validate_json(record["body"])
    except ValidationError as error:
        count("ProvisioningUnreadableMessages")
        logger().error(
            "message is not a ticket",
            extra={"message_id": record["messageId"], "errors": error.error_count()},
        )
        return None
    logger().append_keys(sf_order_id=order_id_of(message.job_id))
    return Ticket(message.job_id, message.attempt)


def _correlation_id(record: dict[str, Any]) -> str:
    attribute = (record.get("messageAttributes") or {}).get("correlationId") or {}
    return correlation.accept(attribute.get("stringValue"))


def _is_kept(
    record: dict[str, Any],
    ticket: Ticket,
    verdict: Verdict,
    queue: Queue | None,
    postpone: Postpone | None,
) -> bool:
    if verdict.kind is Kind.DONE:
        return False
    try:
        if verdict.kind is Kind.AGAIN and queue is not None:
            queue.put(ticket, delay_seconds=verdict.delay)
            return False
        if postpone is not None:
            postpone(record["receiptHandle"], verdict.delay)
    except UpstreamError as error:
        # The message then comes back when its visibility timeout ends.
        logger().warning("queue", extra={"reason": str(error)})
    return True
