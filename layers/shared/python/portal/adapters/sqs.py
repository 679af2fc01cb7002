"""SQS: models as JSON bodies, the correlation id in the attributes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel

from portal import aws, correlation
from portal.domain.mail import MailJob
from portal.domain.upstream import Unavailable, UpstreamError
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


class SqsQueue:
    """One queue."""

    def __init__(self, url: str, client: Callable[[], SQSClient] = aws.sqs) -> None:
        self._url = url
        self._client = client

    @property
    def name(self) -> str:
        """The last part of the URL, and of the ARN."""
        return self._url.rpartition("/")[2]

    def send(self, *messages: BaseModel, delay_seconds: int = 0) -> None:
        """Enqueue models; `delay_seconds` at most 900 (SQS' limit).

        Raises Unavailable when SQS did not say of each that it took it: any of them may be
        enqueued all the same. Sending them again is safe, because standard queues deliver twice
        anyway and every consumer knows its jobs by their keys. Raises Refused for what SQS will
        never take (too long, no such queue, no grant).
        """
        for start in range(0, len(messages), BATCH_LIMIT):
            self._send_batch(messages[start : start + BATCH_LIMIT], delay_seconds)

    def postpone(self, receipt_handle: str, seconds: float) -> None:
        """Let a received message come back in so many seconds (at most 12 hours).

        Raises Unavailable; the message then comes back when its visibility timeout ends.
        """
        try:
            self._client().change_message_visibility(
                QueueUrl=self._url,
                ReceiptHandle=receipt_handle,
                VisibilityTimeout=int(min(seconds, LONGEST_VISIBILITY)),
            )
        except (ClientError, BotoCoreError) as error:
            raise Unavailable(UPSTREAM, "ChangeMessageVisibility", type(error).__name__) from error

    def waiting(self) -> int:
        """About how many messages could be received right now. Raises Unavailable."""
        try:
            answer = self._client().get_queue_attributes(
                QueueUrl=self._url, AttributeNames=["ApproximateNumberOfMessages"]
            )
        except (ClientError, BotoCoreError) as error:
            raise Unavailable(UPSTREAM, "GetQueueAttributes", type(error).__name__) from error
        return int(answer["Attributes"]["ApproximateNumberOfMessages"])

    def _send_batch(self, messages: Sequence[BaseModel], delay_seconds: int) -> None:
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
                        "MessageBody": message.model_dump_json(by_alias=True),
                        "DelaySeconds": delay_seconds,
                        "MessageAttributes": {"correlationId": attribute},
                    }
                    for number, message in enumerate(messages)
                ],
            )
        except ClientError as error:
            raise _failed(error) from error
        except BotoCoreError as error:
            raise Unavailable(UPSTREAM, OPERATION, type(error).__name__) from error
        failed = answer.get("Failed") or []
        if failed:
            raise _partly_failed(failed)


def _failed(error: ClientError) -> UpstreamError:
    """A batch that SQS did not take; sending one again is safe, so nothing is in doubt."""
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    kind = aws_kind(SQS, code, status)
    if kind is None:
        kind = Kind.UNAVAILABLE
        note_unknown(UPSTREAM, OPERATION, code, kind)
    return error_type(kind, writes=False)(UPSTREAM, OPERATION, code, code=code)


def _partly_failed(failed: Sequence[BatchResultErrorEntryTypeDef]) -> UpstreamError:
    """Of the entries that failed, one that SQS will never take decides."""
    kinds = {
        aws_kind(SQS, str(entry.get("Code")), None)
        or (Kind.REFUSED if entry.get("SenderFault") else Kind.UNAVAILABLE)
        for entry in failed
    }
    for kind in (Kind.UNAUTHORIZED, Kind.REFUSED, Kind.THROTTLED):
        if kind in kinds:
            return error_type(kind, writes=False)(UPSTREAM, OPERATION, _codes(failed))
    return Unavailable(UPSTREAM, OPERATION, _codes(failed))


def _codes(failed: Sequence[BatchResultErrorEntryTypeDef]) -> str:
    return ", ".join(sorted({str(entry.get("Code")) for entry in failed}))


class SqsMailQueue:
    """The e-mail queue."""

    def __init__(self, queue: SqsQueue) -> None:
        self._queue = queue

    def put(self, jobs: Sequence[MailJob]) -> None:
        """Enqueue, each with the correlation id of what caused it."""
        current = correlation.current()
        self._queue.send(
            *(
                job if job.correlation_id else job.model_copy(update={"correlation_id": current})
                for job in jobs
            )
        )
