"""From SQS records to the runner and back: time, ids, and what is kept."""

from __future__ import annotations

from typing import Any

import pytest
from portal import correlation
from portal.engine.model import Task
from portal.queues.verdict import Action, Verdict

from functions.provision.messages import handle_batch
from tests.events import FakeContext
from tests.fakes.provisioning import ORDER_ID

JOB_ID = f"provision#{ORDER_ID}"


def record(number: int = 1, correlation_id: str | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {
        "messageId": f"message-{number}",
        "receiptHandle": str(number),
        "body": f'{{"jobId":"{JOB_ID}","attempt":{number}}}',
        "eventSourceARN": "arn:aws:sqs:ap-northeast-1:123456789012:provision",
    }
    if correlation_id is not None:
        attribute = {"stringValue": correlation_id, "dataType": "String"}
        made["messageAttributes"] = {"correlationId": attribute}
    return made


@pytest.mark.parametrize("action", [Action.RETRY, Action.REQUEUE, Action.PARK])
def test_a_dead_letter_that_is_not_done_stays(action: Action) -> None:
    """It has no queue to go to, and comes back by its visibility timeout."""
    verdicts = iter([Verdict(Action.ACK), Verdict(action, 30)])
    answer = handle_batch(
        {"Records": [record(1), record(2)]}, FakeContext(), lambda *_: next(verdicts)
    )
    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-2"}]}


def test_the_runner_learns_how_many_seconds_are_left() -> None:
    left: list[float] = []

    def work(task: Task, remaining: Any) -> Verdict:
        left.append(remaining())
        return Verdict(Action.ACK)

    handle_batch({"Records": [record()]}, FakeContext(remaining_ms=150_000), work)
    assert left == [150.0]


def test_a_message_carries_its_correlation_id() -> None:
    seen: list[str] = []

    def work(task: Task, remaining: Any) -> Verdict:
        seen.append(correlation.current())
        return Verdict(Action.ACK)

    records = [record(1, "press-0001"), record(2), record(3, "not an id!")]
    handle_batch({"Records": records}, FakeContext(), work)
    assert seen[0] == "press-0001"
    assert all(seen)
    assert len(set(seen)) == 3
    assert correlation.current() == ""
