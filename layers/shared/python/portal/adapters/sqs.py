"""SQS: models as JSON bodies, the correlation id in the attributes."""

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
        anyway and every consumer knows its messages by their keys. Raises Refused for what SQS
        will never take (too long, no such queue), Unauthorized without a grant.
        """
        bodies = [message.model_dump_json(by_alias=True) for message in messages]
        for start in range(0, len(bodies), BATCH_LIMIT):
            self._send_batch(bodies[start : start + BATCH_LIMIT], delay_seconds)

    def send_body(self, body: str, delay_seconds: float = 0.0) -> None:
        """Enqueue a body as it is; at most 900 s of delay. Raises as `send`."""
        self._send_batch([body], int(min(delay_seconds, LONGEST_DELAY)))

    def postpone(self, receipt_handle: str, seconds: float) -> None:
        """Let a received message come back in so many seconds (at most 11 hours).

        Raises an UpstreamError; the message then comes back when its visibility timeout ends.
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
        """About how many messages could be received right now. Raises an UpstreamError."""
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
        # Sending again is safe, and a message that is kept is not lost.
        kind = Kind.UNAVAILABLE
        note_unknown(UPSTREAM, operation, code, kind)
    return error_type(kind, writes=False)(UPSTREAM, operation, code, code=code)


def _not_taken(failed: Sequence[BatchResultErrorEntryTypeDef]) -> UpstreamError:
    """The gravest of the entries' failures: what is refused stays refused."""
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
    """`MailQueue`: mail jobs as messages on the e-mail queue."""

    def __init__(self, queue: SqsQueue) -> None:
        self._queue = queue

    def put(self, jobs: Sequence[MailJob]) -> None:
        """Enqueue the jobs, each with the correlation id of what caused it.

        Raises the errors of `SqsQueue.send`.
        """
        current = correlation.current()
        self._queue.send(
            *(
                job if job.correlation_id else job.model_copy(update={"correlation_id": current})
                for job in jobs
            )
        )
