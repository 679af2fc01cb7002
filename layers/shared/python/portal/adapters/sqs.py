"""Sends models to SQS as JSON bodies, with the correlation id in the message attributes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel

from portal import aws, correlation
from portal.domain.mail import MailJob
from portal.domain.upstream import Refused, Throttled, Unauthorized, Unavailable, UpstreamError
from portal.vendor_errors.aws import SQS, aws_kind
from portal.vendor_errors.model import Kind, error_type, note_unknown

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import (
        BatchResultErrorEntryTypeDef,
        MessageAttributeValueTypeDef,
    )

UPSTREAM = "sqs"
OPERATION = "SendMessageBatch"
BATCH_LIMIT = 10
LONGEST_VISIBILITY = 11 * 3_600
LONGEST_DELAY = 900


class SqsQueue:
    """One SQS queue."""

    def __init__(self, url: str, client: Callable[[], SQSClient] = aws.sqs) -> None:
        self._url = url
        self._client = client

    @property
    def name(self) -> str:
        """The queue's name, which is the last part of its URL and of its ARN."""
        return self._url.rpartition("/")[2]

    def send(self, *messages: BaseModel, delay_seconds: int = 0) -> None:
        """Send models with a delay of at most 900 seconds (SQS' limit).

        Raises Unavailable when SQS did not confirm every message; each may be enqueued
        nevertheless. Sending them again is safe, because standard queues may deliver twice and
        every consumer recognises its messages by their keys. Raises Refused when SQS will never
        accept a message (too long, no such queue), and Unauthorized without a grant.
        """
        bodies = [message.model_dump_json(by_alias=True) for message in messages]
        for start in range(0, len(bodies), BATCH_LIMIT):
            self._send_batch(bodies[start : start + BATCH_LIMIT], delay_seconds)

    def send_body(self, body: str, delay_seconds: float = 0.0) -> None:
        """Send a body unchanged, delayed by at most 900 seconds. Raises the errors of `send`."""
        self._send_batch([body], int(min(delay_seconds, LONGEST_DELAY)))

    def postpone(self, receipt_handle: str, seconds: float) -> None:
        """Make a received message visible again after so many seconds (at most 11 hours).

        Raises UpstreamErrors. The message then comes back when its visibility timeout ends.
        """
        try:
            self._client().change_message_visibility(
                QueueUrl=self._url,
                ReceiptHandle=receipt_handle,
                VisibilityTimeout=int(min(seconds, LONGEST_VISIBILITY)),
            )
        except (ClientError, BotoCoreError) as error:
            raise _failure("ChangeMessageVisibility", error) from error

    def waiting(self) -> int:
        """Return the approximate number of visible messages. Raises UpstreamErrors."""
        try:
            answer = self._client().get_queue_attributes(
                QueueUrl=self._url, AttributeNames=["ApproximateNumberOfMessages"]
            )
        except (ClientError, BotoCoreError) as error:
            raise _failure("GetQueueAttributes", error) from error
        return int(answer["Attributes"]["ApproximateNumberOfMessages"])

    def _send_batch(self, bodies: Sequence[str], delay_seconds: int) -> None:
        attribute: MessageAttributeValueTypeDef = {
            "DataType": "String",
            "StringValue": correlation.current() or "none",
        }
        try:
            answer = self._client().send_message_batch(
                QueueUrl=self._url,
                Entries=[
                    {
                        "Id": str(number),
                        "MessageBody": body,
                        "DelaySeconds": delay_seconds,
                        "MessageAttributes": {"correlationId": attribute},
                    }
                    for number, body in enumerate(bodies)
                ],
            )
        except (ClientError, BotoCoreError) as error:
            raise _failure(OPERATION, error) from error
        failed = answer.get("Failed") or []
        if failed:
            raise _not_taken(failed)


def _failure(operation: str, error: ClientError | BotoCoreError) -> UpstreamError:
    if not isinstance(error, ClientError):
        return Unavailable(UPSTREAM, operation, type(error).__name__)
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    kind = aws_kind(SQS, code, status)
    if kind is None:
        # Sending again is safe, and giving up could lose the message.
        kind = Kind.UNAVAILABLE
        note_unknown(UPSTREAM, operation, code, kind)
    return error_type(kind, writes=False)(UPSTREAM, operation, code, code=code)


def _not_taken(failed: Sequence[BatchResultErrorEntryTypeDef]) -> UpstreamError:
    """Return the gravest of the entries' failures, because a retry cannot help a refused entry."""
    kinds = {
        aws_kind(SQS, str(entry.get("Code")), None)
        or (Kind.REFUSED if entry.get("SenderFault") else Kind.UNAVAILABLE)
        for entry in failed
    }
    classes = {error_type(kind, writes=False) for kind in kinds}
    codes = sorted({str(entry.get("Code")) for entry in failed})
    gravest = next(c for c in (Refused, Unauthorized, Unavailable, Throttled) if c in classes)
    return gravest(UPSTREAM, OPERATION, ", ".join(codes), code=codes[0])


class SqsMailQueue:
    """`MailQueue` over SQS. It sends mail jobs to the e-mail queue."""

    def __init__(self, queue: SqsQueue) -> None:
        self._queue = queue

    def put(self, jobs: Sequence[MailJob]) -> None:
        """Send the jobs, each with its own correlation id or the current one.

        Raises the errors of `SqsQueue.send`.
        """
        current = correlation.current()
        self._queue.send(
            *(
                job if job.correlation_id else job.model_copy(update={"correlation_id": current})
                for job in jobs
            )
        )
