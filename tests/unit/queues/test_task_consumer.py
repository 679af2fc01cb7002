"""The engine's tasks: what the engine is told of a message."""

from __future__ import annotations

import json
from typing import Any

import pytest
from portal.engine.model import Task
from portal.observability import logger
from portal.queues.task_consumer import task_consumer
from portal.queues.verdict import ACK, Verdict

from tests.events import FakeContext, sqs_event

JOB = {"jobId": "provision#801000000000001AAA", "attempt": 2}


def test_the_engine_learns_task_and_time_left() -> None:
    seen: list[tuple[Task, float]] = []

    def work(task: Task, remaining: Any) -> Verdict:
        seen.append((task, remaining()))
        return ACK

    task_consumer(work).consume(sqs_event(JOB), FakeContext(remaining_ms=150_000))
    assert seen == [(Task("provision#801000000000001AAA", 2), 150.0)]


def test_log_lines_carry_the_job_and_no_order(capfd: pytest.CaptureFixture[str]) -> None:
    def work(task: Task, remaining: Any) -> Verdict:
        logger().info("working")
        return ACK

    task_consumer(work).consume(sqs_event(JOB), FakeContext())
    (line,) = [json.loads(x) for x in capfd.readouterr().out.splitlines() if "working" in x]
    assert line["job_id"] == JOB["jobId"]
    assert "sf_order_id" not in line


@pytest.mark.parametrize(
    "body", ["{nonsense", {**JOB, "attempt": 0}, {**JOB, "jobId": ""}, {**JOB, "surprise": 1}]
)
def test_what_is_no_task_is_dropped_loudly(body: Any, capfd: pytest.CaptureFixture[str]) -> None:
    def never(task: Task, remaining: Any) -> Verdict:
        raise AssertionError

    answer = task_consumer(never).consume(sqs_event(body), FakeContext())
    assert answer == {"batchItemFailures": []}
    assert '"UnreadableMessages":[1' in capfd.readouterr().out.replace(" ", "")
