"""The e-mail queue's consumer: one job, one mail; failures one by one.

A job that can never succeed is reported as failed like any other, so that SQS moves it to the
dead-letter queue after its receives, where an alarm waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from portal import correlation
from portal.domain.mail import MailJob
from portal.domain.upstream import Refused, UpstreamError
from portal.observability import count, logger
from pydantic import ValidationError

from functions.email.contexts import UnusableJobError
from functions.email.delivery import BusyError, NoRecipientError
from functions.email.deps import build_delivery

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext


def deliver(record: SQSRecord) -> None:
    """Deliver the job of one message; whatever it raises makes SQS deliver it again."""
    # What is logged of an unreadable job must not carry the ids of the one before.
    logger().clear_state()
    try:
        job = MailJob.model_validate_json(record.body)
    except ValidationError as error:
        _failed("mail job is not readable", [e["loc"] for e in error.errors()])
        raise
    with correlation.bound(correlation.accept(job.correlation_id)) as current:
        logger().set_correlation_id(current)
        try:
            build_delivery().deliver(job)
        except (NoRecipientError, UnusableJobError, Refused) as error:
            _failed("mail can never be sent", f"{type(error).__name__}: {error}")
            raise
        except (BusyError, UpstreamError) as error:
            logger().warning("mail is tried again", extra={"reason": str(error)})
            raise
        except Exception:
            # Whatever it was, the batch only names the message: the log must say why.
            logger().exception("unexpected error")
            raise


def _failed(message: str, reason: object) -> None:
    count("EmailFailed")
    logger().error(message, extra={"reason": reason})


def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Lambda entry for an SQS batch; answers the messages that failed."""
    # Its own errors are counted; a batch that fails whole must still name its items.
    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    return process_partial_response(
        event=event, record_handler=deliver, processor=processor, context=context
    )
