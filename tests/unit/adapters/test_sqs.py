"""SQS: batches, the correlation id, and what was not taken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from botocore.stub import ANY, Stubber
from moto import mock_aws
from portal import correlation
from portal.adapters.sqs import SqsMailQueue, SqsQueue
from portal.domain.mail import MailJob, MailTemplate
from portal.domain.upstream import Refused, Throttled, Unauthorized, Unavailable, UpstreamError
from portal.vendor_errors.aws import SQS, aws_row

from tests.conftest import REGION

JOB = MailJob(template=MailTemplate.WELCOME, user_id="u-1", dedup_key="welcome:u-1")


@pytest.fixture(scope="module")
def sqs() -> Iterator[Any]:
    with mock_aws():
        yield boto3.client("sqs", region_name=REGION)


@pytest.fixture
def url(sqs: Any, request: pytest.FixtureRequest) -> str:
    """A queue of the test's own."""
    name = "".join(c if c.isalnum() else "-" for c in request.node.name)
    return str(sqs.create_queue(QueueName=name)["QueueUrl"])


def received(sqs: Any, url: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while more := sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
    ).get("Messages"):
        found += more
    return found


def test_models_travel_with_the_correlation_id(sqs: Any, url: str) -> None:
    queue = SqsQueue(url, client=lambda: sqs)
    with correlation.bound("front-end.0001"):
        queue.send(JOB)
    queue.send(JOB)
    first, second = received(sqs, url)
    assert json.loads(first["Body"])["dedupKey"] == "welcome:u-1"
    ids = [m["MessageAttributes"]["correlationId"]["StringValue"] for m in (first, second)]
    assert ids == ["front-end.0001", "none"]


def test_more_than_a_batch(sqs: Any, url: str) -> None:
    jobs = [JOB.model_copy(update={"dedup_key": f"welcome:{n}"}) for n in range(23)]
    SqsQueue(url, client=lambda: sqs).send(*jobs)
    keys = {json.loads(message["Body"])["dedupKey"] for message in received(sqs, url)}
    assert keys == {job.dedup_key for job in jobs}


def test_nothing_is_no_call() -> None:
    def never() -> Any:
        raise AssertionError

    SqsQueue("https://queue.example", client=never).send()


def test_the_mail_queue_keeps_the_id_of_what_caused_a_mail(sqs: Any, url: str) -> None:
    own = JOB.model_copy(update={"correlation_id": "its-own-one"})
    with correlation.bound("front-end.0001"):
        SqsMailQueue(SqsQueue(url, client=lambda: sqs)).put([JOB, own])
    ids = [json.loads(message["Body"])["correlationId"] for message in received(sqs, url)]
    assert ids == ["front-end.0001", "its-own-one"]


def failure(stub: Any) -> UpstreamError:
    client = boto3.client("sqs", region_name=REGION)
    queue = SqsQueue("https://queue.example", client=lambda: client)
    with Stubber(client) as stubber:
        stub(stubber)
        with pytest.raises(UpstreamError) as caught:
            queue.send(JOB)
    return caught.value


EXPECTED = {"QueueUrl": ANY, "Entries": ANY}


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("AccessDenied", Unauthorized),
        ("AWS.SimpleQueueService.NonExistentQueue", Unauthorized),
        ("BatchRequestTooLong", Refused),
        ("InvalidMessageContents", Refused),
        ("RequestThrottled", Throttled),
        ("KmsThrottled", Throttled),
        ("KmsDisabled", Unauthorized),
        ("ServiceUnavailable", Unavailable),
        ("NeverHeardOf", Unavailable),
    ],
)
def test_error_codes_decide(code: str, kind: type[UpstreamError]) -> None:
    def errors(stubber: Stubber) -> None:
        for _ in range(6):
            stubber.add_client_error("send_message_batch", code, http_status_code=400)

    error = failure(errors)
    assert (type(error), error.code) == (kind, code)


def test_every_documented_error_is_sorted() -> None:
    """Those that botocore knows of the operations that are called."""
    model = boto3.client("sqs", region_name=REGION).meta.service_model
    operations = ("SendMessageBatch", "ChangeMessageVisibility", "GetQueueAttributes")
    shapes = {
        shape.name for name in operations for shape in model.operation_model(name).error_shapes
    }
    assert {name for name in shapes if aws_row(SQS, name) is None} == set()


@pytest.mark.parametrize(
    ("fault", "code", "kind"),
    [
        (True, "SomeCode", Refused),
        (False, "SomeCode", Unavailable),
        (True, "RequestThrottled", Throttled),
        (True, "KmsAccessDenied", Unauthorized),
    ],
)
def test_entries_that_were_not_taken(fault: bool, code: str, kind: type[UpstreamError]) -> None:
    entry = {"Id": "0", "SenderFault": fault, "Code": code, "Message": "taro@example.com"}
    answer = {"Successful": [], "Failed": [entry]}
    error = failure(lambda s: s.add_response("send_message_batch", answer, EXPECTED))
    assert (type(error), error.message) == (kind, code)


def test_the_gravest_of_several_entries_decides() -> None:
    codes = ("RequestThrottled", "InvalidMessageContents")
    entries = [{"Id": str(n), "SenderFault": True, "Code": c} for n, c in enumerate(codes)]
    answer = {"Successful": [], "Failed": entries}
    error = failure(lambda s: s.add_response("send_message_batch", answer, EXPECTED))
    assert type(error) is Refused


def test_a_body_is_sent_as_it_is(sqs: Any, url: str) -> None:
    with correlation.bound("front-end.0001"):
        SqsQueue(url, client=lambda: sqs).send_body('{"any": 1}', 0.9)
    (message,) = received(sqs, url)
    assert message["Body"] == '{"any": 1}'
    assert message["MessageAttributes"]["correlationId"]["StringValue"] == "front-end.0001"


class Broken:
    """A client that cannot reach SQS."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def send_message_batch(self, **_: Any) -> Any:
        raise self._error


@pytest.mark.parametrize(
    "error",
    [EndpointConnectionError(endpoint_url="x"), ReadTimeoutError(endpoint_url="x")],
)
def test_network_failures_may_be_repeated(error: Exception) -> None:
    broken: Any = Broken(error)
    with pytest.raises(Unavailable):
        SqsQueue("https://queue.example", client=lambda: broken).send(JOB)
