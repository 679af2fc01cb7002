"""Consumer of the case queue: opens Cases in Salesforce, each once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from portal import correlation
from portal.domain.cases import CaseJob
from portal.domain.upstream import UpstreamError
from portal.observability import logger

from functions.auth.deps import build_email_cases

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Lambda entry for an SQS batch; failed messages are named and delivered again."""
    # A batch of failures is answered as such: raising would hide which they were.
    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    return process_partial_response(
        event=event, record_handler=_record, processor=processor, context=context
    )


def _record(record: SQSRecord) -> None:
    sent = record.message_attributes["correlationId"]
    with correlation.bound(correlation.accept(sent.string_value if sent else None)) as current:
        log = logger()
        log.clear_state()
        log.set_correlation_id(current)
        try:
            build_email_cases().consume(CaseJob.model_validate_json(record.body))
        except Exception as error:
            # Whatever it was, the message goes back: the batch must name it, and the log why.
            log.warning("case job failed", extra={"failure": type(error).__name__, **_why(error)})
            raise


def _why(error: Exception) -> dict[str, str | None]:
    """What may be logged of an upstream's words; other exceptions quote data."""
    if isinstance(error, UpstreamError):
        return {"code": error.code, "reason": str(error)}
    return {}
