"""Tasks on SQS: put, put later, postpone, count (moto)."""

from __future__ import annotations

import json
from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws
from portal import correlation
from portal.adapters.sqs import SqsQueue
from portal.adapters.task_queue import SqsTaskQueue
from portal.domain.upstream import Refused, UpstreamError
from portal.engine.model import Task

TASK = Task("provision#801000000000001AAA", 2)


@pytest.fixture
def url() -> Iterator[str]:
    with mock_aws():
        yield boto3.client("sqs").create_queue(QueueName="provision")["QueueUrl"]


def test_a_task_travels_with_its_correlation_id(url: str) -> None:
    with correlation.bound("correlation-1"):
        SqsTaskQueue(SqsQueue(url)).put(TASK)
    answer = boto3.client("sqs").receive_message(QueueUrl=url, MessageAttributeNames=["All"])
    (message,) = answer["Messages"]
    assert json.loads(message["Body"]) == {"jobId": TASK.job_id, "attempt": 2, "wakes": False}
    assert message["MessageAttributes"]["correlationId"]["StringValue"] == "correlation-1"


def test_delays_are_whole_seconds_within_sqs_limit(url: str) -> None:
    queue = SqsTaskQueue(SqsQueue(url))
    queue.put(TASK, delay_seconds=10_000.7)
    assert queue.backlog() == 0
    queue.put(TASK)
    assert queue.backlog() == 1


def test_postponing_a_message(url: str) -> None:
    client, queue = boto3.client("sqs"), SqsQueue(url)
    SqsTaskQueue(queue).put(TASK)
    (message,) = client.receive_message(QueueUrl=url)["Messages"]
    queue.postpone(message["ReceiptHandle"], 0.4)
    assert len(client.receive_message(QueueUrl=url)["Messages"]) == 1
    with pytest.raises(Refused):
        queue.postpone("unknown", 10)


def test_a_queue_that_is_gone(url: str) -> None:
    gone = SqsTaskQueue(SqsQueue(f"{url}-gone"))
    for act in (lambda: gone.put(TASK), gone.backlog):
        with pytest.raises(UpstreamError):
            act()
