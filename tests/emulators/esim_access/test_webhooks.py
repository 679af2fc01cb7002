"""Unsigned notifications: which, when, where to, retries, duplicates, order."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulators.esim_access.conftest import GIGABYTE, Api
from tests.emulators.webhook_receiver import WebhookReceiver, receiving


class Receiver(WebhookReceiver):
    """Reads eSIM Access' envelope."""

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.got]

    def types(self) -> list[str]:
        return [body["notifyType"] for body in self.bodies()]

    def wait_for(self, type_: str) -> bool:
        return self.wait_until(lambda: type_ in self.types())


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving(Receiver()) as receiver:
        yield receiver


@pytest.fixture
def hooked(api: Api, receiver: Receiver) -> Api:
    api.switch(webhook_retry_seconds=0.01)
    api.ok("webhook/save", {"webhook": receiver.url})
    return api


def test_a_url_is_checked_before_it_is_saved(api: Api, receiver: Receiver) -> None:
    receiver.statuses = [500]
    assert api.refused("webhook/save", {"webhook": receiver.url}) == "000001"
    assert api.ok("webhook/query") == {"webhook": ""}
    api.ok("webhook/save", {"webhook": receiver.url})
    assert api.ok("webhook/query") == {"webhook": receiver.url}
    assert receiver.types() == ["CHECK_HEALTH", "CHECK_HEALTH"]
    assert receiver.bodies()[0]["content"] == {"orderNo": "1234567890", "orderStatus": "Test"}


def test_an_address_where_nobody_listens_is_not_saved(api: Api) -> None:
    assert api.refused("webhook/save", {"webhook": "http://127.0.0.1:9/x"}) == "000001"


def test_an_allocated_order_is_told_without_anybody_asking(hooked: Api, receiver: Receiver) -> None:
    hooked.switch(pace_seconds=0.05)
    number = hooked.order("t-1")
    assert receiver.wait_for("ORDER_STATUS")
    headers, _ = receiver.got[-1]
    assert not [name for name in headers if "signature" in name]
    told = receiver.bodies()[-1]
    assert told["content"] == {
        "orderNo": number,
        "orderStatus": "GOT_RESOURCE",
        "transactionId": "t-1",
    }
    assert told["notifyId"]
    assert time.strptime(told["eventGenerateTime"], "%Y-%m-%dT%H:%M:%SZ")


def test_devices_traffic_and_revocation_are_told(hooked: Api, receiver: Receiver) -> None:
    line = hooked.line()
    name = {"esimTranNo": line["esimTranNo"]}
    hooked.admin("POST", "device", {**name, "action": "install"})
    assert receiver.wait_for("SMDP_EVENT")
    assert receiver.bodies()[-1]["content"]["smdpStatus"] == "INSTALLATION"
    for volume in (3 * GIGABYTE, 2 * GIGABYTE):
        hooked.admin("POST", "use", {**name, "volume": volume})
    hooked.ok("esim/revoke", name)
    assert receiver.wait_until(lambda: receiver.types().count("ESIM_STATUS") == 3)
    statuses = [
        b["content"]["esimStatus"] for b in receiver.bodies() if b["notifyType"] == "ESIM_STATUS"
    ]
    assert statuses == ["IN_USE", "USED_UP", "REVOKED"]
    thresholds = [
        b["content"]["remainThreshold"]
        for b in receiver.bodies()
        if b["notifyType"] == "DATA_USAGE"
    ]
    assert thresholds == [0.5, 0.25, 0.1]


def test_the_last_day_is_told_once(hooked: Api, receiver: Receiver) -> None:
    line = hooked.line()
    hooked.admin("POST", "device", {"esimTranNo": line["esimTranNo"], "action": "install"})
    hooked.advance(29.5 * 24 * 3600)
    hooked.advance(60)
    assert receiver.wait_for("VALIDITY_USAGE")
    events = hooked.admin("GET", "events?type=VALIDITY_USAGE").json()["events"]
    assert len(events) == 1


def test_top_ups_are_not_announced_as_orders(hooked: Api) -> None:
    line = hooked.line()
    wanted = {"esimTranNo": line["esimTranNo"], "packageCode": "JP_1_7", "transactionId": "u"}
    hooked.ok("esim/topup", wanted)
    assert len(hooked.admin("GET", "events?type=ORDER_STATUS").json()["events"]) == 1


def test_a_failed_delivery_is_tried_again_with_its_id(hooked: Api, receiver: Receiver) -> None:
    receiver.statuses = [500, 503]
    hooked.line()
    assert receiver.wait_until(lambda: receiver.types().count("ORDER_STATUS") == 3)
    assert len({b["notifyId"] for b in receiver.bodies() if b["notifyType"] == "ORDER_STATUS"}) == 1


def test_held_duplicated_and_reordered_deliveries(hooked: Api, receiver: Receiver) -> None:
    hooked.switch(webhook_delivery="held")
    hooked.line("t-1")
    made = hooked.admin("POST", "events", {"type": "ESIM_STATUS", "content": {"iccid": "89"}})
    events = hooked.admin("GET", "events?type=ORDER_STATUS").json()["events"]
    first, second = events[0]["event"]["notifyId"], made.json()["notifyId"]
    hooked.admin("POST", "events/deliver", {"ids": [second, first, first]})
    assert receiver.wait_until(lambda: len(receiver.got) == 4)
    assert [body["notifyId"] for body in receiver.bodies()][1:] == [second, first, first]
