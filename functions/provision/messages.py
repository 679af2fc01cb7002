"""From SQS records to verdicts and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from portal import correlation
from portal.domain.provisioning import ProvisionMessage
from portal.domain.upstream import UpstreamError
from portal.engine.model import Ticket
from portal.engine.runner import Kind, Verdict
from portal.observability import count, logger
from portal.provisioning.view import order_id_of
from pydantic import ValidationError

from functions.provision.lanes import Lanes

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

Work = Callable[[Ticket, Callable[[], float]], Verdict]


def handle_batch(
    event: dict[str, Any],
    context: LambdaContext,
    work: Work,
    lanes: Lanes | None = None,
) -> dict[str, Any]:
    """Work on every record; the answer names those that SQS must keep.

    `lanes` take tickets that are to be worked on again and set when a kept message comes back;
    without them a message that is not done comes back by its queue's visibility timeout.
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
            if _is_kept(record, ticket, verdict, lanes):
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


def _is_kept(record: dict[str, Any], ticket: Ticket, verdict: Verdict, lanes: Lanes | None) -> bool:
    if verdict.kind is Kind.DONE:
        return False
    if lanes is None:
        return True
    lane = lanes.of(record)
    try:
        if verdict.kind is Kind.RETRY:
            lane.postpone(record["receiptHandle"], verdict.delay)
            return True
        following = lanes.waiting if verdict.kind is Kind.WAIT else lane
        following.tickets.put(ticket, delay_seconds=verdict.delay)
    except UpstreamError as error:
        # The message then comes back when its visibility timeout ends.
        if verdict.kind is not Kind.RETRY:
            count("EnqueueFailures")
        logger().warning("queue", extra={"reason": str(error)})
        return True
    return False
