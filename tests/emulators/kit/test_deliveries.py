"""How the kit delivers webhooks: in order, again after a failure, and not for ever."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.emulators.kit.deliveries import Deliveries, Delivery
from tests.emulators.webhook_receiver import WebhookReceiver, receiving


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with receiving(WebhookReceiver()) as receiver:
        yield receiver


def deliveries(attempts: int = 3, seconds: float = 0.0) -> Deliveries:
    return Deliveries(lambda: attempts, lambda: seconds)


def delivery(url: str, text: str) -> Delivery:
    return Delivery(url, lambda: (text.encode(), {"content-type": "text/plain"}))


def test_in_the_order_of_sending(receiver: WebhookReceiver) -> None:
    sender = deliveries()
    sent = [delivery(receiver.url, str(number)) for number in range(5)]
    sender.send(sent)
    assert sender.wait_idle()
    assert [body.decode() for _, body in receiver.got] == ["0", "1", "2", "3", "4"]
    assert [one.attempts[0]["status"] for one in sent] == [204] * 5


def test_a_failure_is_tried_again_so_often_and_no_more(receiver: WebhookReceiver) -> None:
    receiver.statuses = [500, 500, 500, 500]
    sender, one = deliveries(attempts=3), delivery(receiver.url, "x")
    sender.send([one])
    assert sender.wait_idle()
    assert [(a["attempt"], a["status"], a["delivered"]) for a in one.attempts] == [
        (1, 500, False),
        (2, 500, False),
        (3, 500, False),
    ]


def test_where_nobody_listens() -> None:
    sender, one = deliveries(attempts=1), delivery("http://127.0.0.1:9/x", "x")
    sender.send([one])
    assert sender.wait_idle()
    assert (one.attempts[0]["status"], one.attempts[0]["error"]) == (None, "ConnectError")


def test_what_waits_for_another_try_can_be_forgotten(receiver: WebhookReceiver) -> None:
    receiver.statuses = [500]
    sender, one = deliveries(seconds=600.0), delivery(receiver.url, "x")
    sender.send([one])
    assert receiver.wait_until(lambda: bool(receiver.got))
    assert not sender.wait_idle(0.2)
    sender.clear()
    assert sender.wait_idle()
    assert len(receiver.got) == 1


def test_what_is_lost_never_arrives(receiver: WebhookReceiver) -> None:
    sender, one = Deliveries(lambda: 3, lambda: 0.0, copies=lambda: 0), delivery(receiver.url, "x")
    sender.send([one])
    assert sender.wait_idle()
    assert (receiver.got, one.attempts) == ([], [])


def test_what_is_sent_twice_arrives_twice(receiver: WebhookReceiver) -> None:
    sender = Deliveries(lambda: 3, lambda: 0.0, copies=lambda: 2)
    sender.send([delivery(receiver.url, "x")])
    assert sender.wait_idle()
    assert [body.decode() for _, body in receiver.got] == ["x", "x"]


def test_within_a_time_and_in_any_order(receiver: WebhookReceiver) -> None:
    sender = Deliveries(lambda: 3, lambda: 0.0, spread_seconds=lambda: 0.2)
    sender.send([delivery(receiver.url, str(number)) for number in range(30)])
    assert sender.wait_idle()
    got = [int(body) for _, body in receiver.got]
    assert sorted(got) == list(range(30))
    assert got != list(range(30))
