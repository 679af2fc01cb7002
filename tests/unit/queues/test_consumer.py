"""What all consumers have in common: reading, logging, answering, and what becomes of a message."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from portal import correlation
from portal.domain.upstream import Refused, Unavailable
from portal.observability import logger
from portal.queues.consumer import Consumer, Received
from portal.queues.fresh_and_waiting import ConsumedQueue, FreshAndWaiting
from portal.queues.verdict import ACK, DEAD_LETTER, Action, Verdict
from pydantic import BaseModel

from tests.events import FakeContext, sqs_event


class Greeting(BaseModel):
    """A message of the tests' own."""

    name: str
    correlation_id: str = ""


class Recorder:
    """A queue that keeps what is done to it, or refuses everything."""

    def __init__(self, name: str) -> None:
        self.sent: list[tuple[str, float, str]] = []
        self.postponed: list[tuple[str, float]] = []
        self.failure: Exception | None = None
        self.consumed = ConsumedQueue(name=name, send=self._send, postpone=self._postpone)

    def _send(self, body: str, delay: float) -> None:
        if self.failure is not None:
            raise self.failure
        self.sent.append((body, delay, correlation.current()))

    def _postpone(self, receipt: str, seconds: float) -> None:
        if self.failure is not None:
            raise self.failure
        self.postponed.append((receipt, seconds))


class Office:
    """A consumer of greetings with its three queues."""

    def __init__(self, work: Callable[[Received[Greeting]], Verdict], *, needed: float = 0) -> None:
        self.fresh, self.waiting = Recorder("greetings"), Recorder("greetings-waiting")
        self.dead = Recorder("greetings-dead-letters")
        self.consumer = Consumer(
            model=Greeting,
            work=work,
            log_fields=lambda message: {"greeting": message.name},
            queues=FreshAndWaiting(self.fresh.consumed, self.waiting.consumed),
            dead_letters=self.dead.consumed,
            seconds_needed=needed,
        )

    def consume(self, *bodies: Any, queue: str = "greetings", remaining_ms: int = 30_000) -> Any:
        event = sqs_event(*bodies, queue=queue)
        answer = self.consumer.consume(event, FakeContext(remaining_ms=remaining_ms))
        return [entry["itemIdentifier"] for entry in answer["batchItemFailures"]]


def always(verdict: Verdict) -> Callable[[Received[Greeting]], Verdict]:
    return lambda _: verdict


HANAKO, TARO = {"name": "hanako"}, {"name": "taro"}


def test_a_message_is_settled_when_it_is_acknowledged() -> None:
    office = Office(always(ACK))
    assert office.consume(HANAKO, TARO) == []
    assert office.fresh.sent == office.waiting.sent == office.dead.sent == []


@pytest.mark.parametrize("queue", ["greetings", "greetings-waiting"])
def test_a_retry_keeps_the_message_and_says_when_it_comes_back(queue: str) -> None:
    office = Office(always(Verdict(Action.RETRY, 30.0)))
    assert office.consume(HANAKO, queue=queue) == ["message-0"]
    came_from = office.waiting if queue.endswith("waiting") else office.fresh
    assert came_from.postponed == [("receipt-0", 30.0)]


@pytest.mark.parametrize(
    ("action", "queue", "target"),
    [
        (Action.REQUEUE, "greetings", "fresh"),
        (Action.REQUEUE, "greetings-waiting", "waiting"),
        (Action.PARK, "greetings", "waiting"),
        (Action.PARK, "greetings-waiting", "waiting"),
        (Action.DEAD_LETTER, "greetings", "dead"),
        (Action.DEAD_LETTER, "greetings-waiting", "dead"),
    ],
)
def test_a_copy_takes_the_place_of_the_message(action: Action, queue: str, target: str) -> None:
    office = Office(always(Verdict(action, 60.0)))
    body = json.dumps({**HANAKO, "correlation_id": "front-end.0001"})
    assert office.consume(body, queue=queue) == []
    sent = {name: getattr(office, name).sent for name in ("fresh", "waiting", "dead")}
    expected: dict[str, Any] = {"fresh": [], "waiting": [], "dead": []}
    expected[target] = [(body, 60.0, "front-end.0001")]
    assert sent == expected


@pytest.mark.parametrize("action", [Action.RETRY, Action.REQUEUE, Action.PARK, Action.DEAD_LETTER])
@pytest.mark.parametrize(
    "failure", [Unavailable("sqs", "SendMessageBatch", "x"), Refused("sqs", "x", "y")]
)
def test_a_message_whose_copy_was_not_taken_is_kept(action: Action, failure: Exception) -> None:
    office = Office(always(Verdict(action, 30.0)))
    for queue in (office.fresh, office.waiting, office.dead):
        queue.failure = failure
    assert office.consume(HANAKO) == ["message-0"]


@pytest.mark.parametrize("action", [Action.RETRY, Action.REQUEUE, Action.PARK, Action.DEAD_LETTER])
def test_without_queues_what_is_not_settled_stays(action: Action) -> None:
    consumer = Consumer(model=Greeting, work=always(Verdict(action)), log_fields=lambda _: {})
    answer = consumer.consume(sqs_event(HANAKO), FakeContext())
    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-0"}]}


def test_a_defect_keeps_its_message_alone(capfd: pytest.CaptureFixture[str]) -> None:
    def work(received: Received[Greeting]) -> Verdict:
        if received.message.name == "taro":
            raise ZeroDivisionError
        return ACK

    assert Office(work).consume(HANAKO, TARO, HANAKO) == ["message-1"]
    emitted = capfd.readouterr().out.replace(" ", "")
    assert '"UnexpectedErrors":[1' in emitted
    assert "ZeroDivisionError" in emitted


@pytest.mark.parametrize("body", ["{nonsense", {}, {"name": 1}, "null", "[]", ""])
def test_the_unreadable_goes_to_the_dead_letters_loudly(
    body: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    office = Office(always(ACK))
    assert office.consume(HANAKO, body) == []
    assert len(office.dead.sent) == 1
    out = capfd.readouterr().out
    assert '"UnreadableMessages":[1' in out.replace(" ", "")
    (line,) = [x for x in out.splitlines() if "message is not readable" in x]
    assert "hanako" not in line


def test_an_unreadable_message_that_cannot_be_moved_is_kept() -> None:
    office = Office(always(ACK))
    office.dead.failure = Unavailable("sqs", "SendMessageBatch", "x")
    assert office.consume("{nonsense") == ["message-0"]


def test_every_message_has_its_own_correlation_id_and_log_fields(
    capfd: pytest.CaptureFixture[str],
) -> None:
    seen: list[str] = []

    def work(received: Received[Greeting]) -> Verdict:
        seen.append(correlation.current())
        logger().append_keys(left_behind=received.message.name)
        logger().info("greeted")
        return ACK

    event = sqs_event({**HANAKO, "correlation_id": "front-end.0001"}, TARO, TARO, TARO)
    for number, found in ((2, "attribute-0001"), (3, "not an id!")):
        attribute = {"stringValue": found, "dataType": "String"}
        event["Records"][number]["messageAttributes"] = {"correlationId": attribute}
    Office(work).consumer.consume(event, FakeContext())
    assert (seen[0], seen[2]) == ("front-end.0001", "attribute-0001")
    assert len(set(seen)) == 4
    assert correlation.current() == ""
    lines = [json.loads(x) for x in capfd.readouterr().out.splitlines() if '"greeted"' in x]
    assert [line["greeting"] for line in lines] == ["hanako", "taro", "taro", "taro"]
    assert [line["left_behind"] for line in lines] == ["hanako", "taro", "taro", "taro"]
    assert [line["correlation_id"] for line in lines] == seen


def test_a_message_is_left_for_an_invocation_that_has_the_time() -> None:
    office = Office(always(ACK), needed=20.0)
    assert office.consume(HANAKO, remaining_ms=19_000) == ["message-0"]
    assert office.fresh.postponed == [("receipt-0", 0.0)]
    assert office.consume(HANAKO, remaining_ms=20_000) == []


def test_work_learns_when_the_message_was_sent_and_how_long_the_invocation_lasts() -> None:
    seen: list[tuple[float, float]] = []

    def work(received: Received[Greeting]) -> Verdict:
        seen.append((received.sent_at, received.remaining()))
        return ACK

    Office(work).consume(HANAKO)
    assert seen == [(1_790_000_000.0, 30.0)]


def test_a_dead_letter_verdict_without_delay_is_sent_at_once() -> None:
    office = Office(always(DEAD_LETTER))
    office.consume(HANAKO)
    assert office.dead.sent[0][1] == 0.0
