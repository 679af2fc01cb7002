"""Events: signature, delivery, retries, order, duplicates."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any, cast

import pytest

from local.emulators.gigs.emulator import Gigs
from local.emulators.gigs.webhooks import sign
from tests.emulators.gigs.conftest import Api
from tests.emulators.webhook_receiver import WebhookReceiver, receiving

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Receiver(WebhookReceiver):
    """Reads Gigs' envelope."""

    def wait_for(self, type_: str) -> bool:
        return self.wait_until(lambda: type_ in self.types())

    def types(self) -> list[str]:
        return [json.loads(body)["type"].removeprefix("com.gigs.") for _, body in self.got]

    def ids(self) -> list[str]:
        return [json.loads(body)["id"] for _, body in self.got]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving(Receiver()) as receiver:
        yield receiver


@pytest.fixture
def hooked(api: Api, receiver: Receiver) -> Api:
    answer = api.admin("POST", "webhooks", {"url": receiver.url, "secret": SECRET})
    assert answer.ok, answer.text
    return api


def quiet(api: Api) -> None:
    assert cast("Gigs", api.server.emulator).webhooks.wait_idle()


def events(api: Api, type_: str) -> list[dict[str, Any]]:
    listed = api.admin("GET", f"events?type=com.gigs.{type_}").json()["events"]
    return cast("list[dict[str, Any]]", listed)


def test_signature_vector() -> None:
    signature = sign(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_events_are_signed_cloudevents(hooked: Api, receiver: Receiver) -> None:
    user = hooked.user()
    quiet(hooked)
    (headers, body), *rest = receiver.got
    assert rest == []
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    event = json.loads(body)
    assert event["id"].startswith("evt_")
    assert event["type"] == "com.gigs.user.created"
    assert event["data"] == user
    assert (event["specversion"], event["project"]) == ("1.0", "portal-local")
    assert event["actor"]["type"] == "apiKey"
    assert "previousData" not in event


def test_a_rotated_secret_signs_beside_the_new_one(api: Api, receiver: Receiver) -> None:
    new = "whsec_" + base64.b64encode(b"another secret of 24 byte").decode()
    hook = {"url": receiver.url, "secret": new, "oldSecrets": [SECRET]}
    assert api.admin("POST", "webhooks", hook).ok
    api.user()
    quiet(api)
    ((headers, body),) = receiver.got
    sent_at = int(headers["webhook-timestamp"])
    expected = [sign(secret, headers["webhook-id"], sent_at, body) for secret in (new, SECRET)]
    assert headers["webhook-signature"].split(" ") == expected
    wrong = {"url": receiver.url, "oldSecrets": ["whsec_?"]}
    assert api.admin("POST", "webhooks", wrong).status_code == 400


def test_activation_and_reissue_tell_their_story(hooked: Api, receiver: Receiver) -> None:
    line = hooked.line()
    change = {"subscription": line["id"], "sim": "auto", "when": "now"}
    hooked.ok("POST", "subscriptionChanges", change)
    hooked.ok("GET", f"subscriptions/{line['id']}")
    quiet(hooked)
    assert receiver.types() == [
        "user.created",
        "subscription.created",
        "sim.activated",
        "subscription.activated",
        "subscriptionChange.created",
        "sim.retired",
        "sim.activated",
        "subscriptionChange.applied",
        "subscription.updated",
    ]
    updated = json.loads(receiver.got[-1][1])
    assert updated["previousData"] == {"sim": line["sim"]}


@pytest.mark.parametrize("pace", ["immediate", "after_seconds"])
def test_activation_is_told_without_anybody_asking(
    hooked: Api, receiver: Receiver, pace: str
) -> None:
    hooked.switch(activation=pace, pace_seconds=0.05)
    subscription = hooked.subscribe(hooked.user()["id"])
    assert receiver.wait_for("subscription.activated")
    assert json.loads(receiver.got[-1][1])["data"]["id"] == subscription["id"]


def test_moved_clock_is_noticed(hooked: Api, receiver: Receiver) -> None:
    hooked.switch(activation="after_seconds", pace_seconds=600)
    hooked.subscribe(hooked.user()["id"])
    hooked.advance(601)
    assert receiver.wait_for("subscription.activated")


def test_failed_delivery_is_tried_again_as_the_same_message(
    hooked: Api, receiver: Receiver
) -> None:
    hooked.switch(webhook_retry_seconds=0.01)
    receiver.statuses = [500, 503]
    hooked.user()
    quiet(hooked)
    assert len(receiver.got) == 3
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    attempts = events(hooked, "user.created")[0]["attempts"]
    assert [attempt["status"] for attempt in attempts] == [500, 503, 204]


def test_delivery_is_given_up(hooked: Api, receiver: Receiver) -> None:
    hooked.switch(webhook_retry_seconds=0.0, webhook_attempts=2)
    receiver.statuses = [500, 500, 500]
    hooked.user()
    quiet(hooked)
    assert len(receiver.got) == 2


def test_unreachable_endpoint_is_noted(api: Api) -> None:
    api.switch(webhook_attempts=1)
    api.admin("POST", "webhooks", {"url": "http://127.0.0.1:9/none"})
    api.user()
    quiet(api)
    assert events(api, "user.created")[0]["attempts"][0]["error"] == "ConnectError"


def test_held_events_in_another_order_and_twice(hooked: Api, receiver: Receiver) -> None:
    hooked.switch(webhook_delivery="held")
    hooked.line()
    quiet(hooked)
    assert receiver.got == []
    (created,), (activated,) = (
        [entry["event"]["id"] for entry in events(hooked, type_)]
        for type_ in ("subscription.created", "subscription.activated")
    )
    order = [activated, created, activated]
    assert hooked.admin("POST", "events/deliver", {"ids": order}).status_code == 202
    quiet(hooked)
    assert receiver.ids() == order
    wrong = hooked.admin("POST", "events/deliver", {"ids": ["evt_none"]})
    assert wrong.status_code == 400


def test_endpoints_choose_their_events(api: Api, receiver: Receiver) -> None:
    endpoint = {"url": receiver.url, "eventTypes": ["com.gigs.subscription.activated"]}
    api.server.emulator.seed({"webhooks": [endpoint]})
    api.line()
    quiet(api)
    assert receiver.types() == ["subscription.activated"]
    assert api.admin("DELETE", "webhooks").json() == {"webhooks": []}


def test_made_up_event_and_profile_news(hooked: Api, receiver: Receiver) -> None:
    hooked.admin("POST", "events", {"type": "subscription.surprised", "data": {"id": "sub_1"}})
    sim = hooked.line()["sim"]["id"]
    told = hooked.admin("POST", "esim-profile", {"sim": sim, "status": "installed"})
    assert told.json()["status"] == "installed"
    quiet(hooked)
    assert receiver.types()[0] == "subscription.surprised"
    assert receiver.types()[-1] == "eSimProfile.installed"
    assert hooked.ok("GET", f"sims/{sim}/eSimProfile")["status"] == "installed"
    bad = hooked.admin("POST", "esim-profile", {"sim": sim, "status": "melted"})
    assert bad.status_code == 400
