"""POST /webhooks/esim: what is proved wakes the job that waits, and nothing is believed."""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from portal.adapters.esim_access.webhooks import EsimAccessEvents
from portal.adapters.gigs.webhooks import GigsEvents
from portal.domain.upstream import Unavailable
from portal.engine.model import Task

from functions.webhooks import esim, esim_hint
from functions.webhooks.deps import build_receiving
from functions.webhooks.receiving import Receiving
from local.emulators.gigs.webhooks import sign
from tests.events import Answer, call, rest_event
from tests.fakes.clock import FakeClock
from tests.fakes.esim_events import FakeSeenEvents, FakeWaker
from tests.fakes.faults import Faults
from tests.fakes.provisioning import FakeEsimWaits
from tests.fakes.rotating_secret import RotatingSecret

SECRET = "whsec_" + base64.b64encode(b"a secret of 24 characters").decode()
OLD = "whsec_" + base64.b64encode(b"the secret before that one").decode()
TOKEN = "f3Xw-a-secret-address"
TASK = Task("provision#801000000000001AAA", 2)
LINE, ORDER = "sub_1", "order:B26112700000001"


class Stage:
    """Both endpoints over fakes, with the provider's own adapter."""

    def __init__(self, provider: str = "gigs", *secrets: dict[str, str]) -> None:
        self.clock = FakeClock()
        self.serial = itertools.count(1)
        default = {"signingSecret": SECRET} if provider == "gigs" else {"pathToken": TOKEN}
        secret = RotatingSecret(*(secrets or (default,)))
        self.seen = FakeSeenEvents()
        self.waits = FakeEsimWaits(Faults())
        self.waker = FakeWaker()
        self.waits.wait(provider, [LINE if provider == "gigs" else ORDER], TASK)
        events = (
            GigsEvents(secret, clock=self.clock) if provider == "gigs" else EsimAccessEvents(secret)
        )
        receiving = Receiving(events, self.seen, self.waits, self.waker)
        esim.app.override(build_receiving, lambda: receiving)
        esim_hint.app.override(build_receiving, lambda: receiving)

    def gigs(self, event: dict[str, Any] | bytes, *secrets: str, **changes: str) -> Answer:
        """A signed delivery; `changes` replace headers ("" leaves one out)."""
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        message, now = f"msg_{next(self.serial)}", int(self.clock())
        signatures = [sign(secret, message, now, body) for secret in secrets or (SECRET,)]
        headers = {
            "webhook-id": message,
            "webhook-timestamp": str(now),
            "webhook-signature": " ".join(signatures),
            **{name.replace("_", "-"): value for name, value in changes.items()},
        }
        kept = {name: value for name, value in headers.items() if value}
        return call(
            esim.handler, rest_event("POST", "/webhooks/esim", body=body.decode(), headers=kept)
        )

    def hint(self, event: Any, token: str = TOKEN) -> Answer:
        """A delivery to the secret address."""
        sent = rest_event("POST", f"/webhooks/esim/{token}", body=event)
        sent["resource"] = "/webhooks/esim/{token}"  # as the gateway names it
        return call(esim_hint.handler, sent)


@pytest.fixture(autouse=True)
def uninstall() -> Iterator[None]:
    yield
    for module in (esim, esim_hint):
        module.app.resolver.dependency_overrides.clear()


def event(kind: str = "subscription.activated", number: int = 1, **data: Any) -> dict[str, Any]:
    return {
        "object": "event",
        "id": f"evt_{number}",
        "type": f"com.gigs.{kind}",
        "data": {"object": kind.partition(".")[0], "id": LINE, **data},
    }


def notification(kind: str = "ORDER_STATUS", number: int = 1, **content: Any) -> dict[str, Any]:
    return {
        "notifyType": kind,
        "notifyId": f"n{number}",
        "content": {"orderNo": ORDER.removeprefix("order:"), **content},
    }


def slug(answer: Answer) -> str:
    return str(answer.json()["type"].rsplit("/")[-1])


# Gigs


def test_an_event_wakes_the_job_that_waits_for_the_line() -> None:
    stage = Stage()
    answer = stage.gigs(event())
    assert (answer.status, answer.json()) == (200, {"received": True})
    assert stage.waker.woken == [TASK]


@pytest.mark.parametrize("kind", ["subscriptionChange.applied", "subscriptionAddon.activated"])
def test_changes_and_add_ons_name_their_line(kind: str) -> None:
    stage = Stage()
    stage.gigs(event(kind, id="sch_9", subscription=LINE))
    assert stage.waker.woken == [TASK]


@pytest.mark.parametrize(
    "other",
    [
        event(id="sub_of_nobody"),
        event("usageThreshold.exceeded", subscription=LINE),
        event("user.created"),
        event(id=["sub_1"]),
    ],
)
def test_what_nobody_waits_for_is_received_and_wakes_nobody(other: dict[str, Any]) -> None:
    stage = Stage()
    assert stage.gigs(other).status == 200
    assert stage.waker.woken == []


def test_an_event_counts_once_however_often_it_is_delivered() -> None:
    stage = Stage()
    for _ in range(3):
        assert stage.gigs(event()).status == 200
    assert stage.waker.woken == [TASK]
    stage.gigs(event(number=2))
    assert stage.waker.woken == [TASK, TASK]


def test_what_cannot_be_queued_is_delivered_again() -> None:
    stage = Stage()
    stage.waker.failure = Unavailable("sqs", "SendMessage", "down")
    assert stage.gigs(event()).status == 503
    stage.waker.failure = None
    assert stage.gigs(event()).status == 200
    assert stage.waker.woken == [TASK]


@pytest.mark.parametrize("secrets", [(SECRET, OLD), (OLD, SECRET)])
def test_one_of_several_signatures_is_enough(secrets: tuple[str, ...]) -> None:
    stage = Stage()
    assert stage.gigs(event(), *secrets).status == 200


def test_both_secrets_are_taken_while_one_replaces_the_other() -> None:
    stage = Stage("gigs", {"signingSecret": SECRET, "previousSigningSecret": OLD})
    assert stage.gigs(event(), OLD).status == 200
    assert stage.gigs(event(number=2), SECRET).status == 200


def test_a_secret_that_was_rotated_a_moment_ago_is_read_again() -> None:
    stage = Stage("gigs", {"signingSecret": OLD}, {"signingSecret": SECRET})
    assert stage.gigs(event()).status == 200


@pytest.mark.parametrize("prefix", ["webhook", "svix"])
def test_both_names_of_the_headers_are_known(prefix: str) -> None:
    stage = Stage()
    body = json.dumps(event()).encode()
    now = int(stage.clock())
    headers = {
        f"{prefix}-id": "msg_1",
        f"{prefix}-timestamp": str(now),
        f"{prefix}-signature": sign(SECRET, "msg_1", now, body),
    }
    sent = rest_event("POST", "/webhooks/esim", body=body.decode(), headers=headers)
    assert call(esim.handler, sent).status == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"webhook_signature": ""},
        {"webhook_signature": "v1,"},
        {"webhook_signature": "v2,AAAA"},
        {"webhook_signature": "v1,é"},
        {"webhook_signature": " ".join(["v1,AAAA"] * 9)},
        {"webhook_id": "msg_other"},
        {"webhook_id": ""},
        {"webhook_id": "a b"},
        {"webhook_timestamp": "1"},
        {"webhook_timestamp": "soon"},
        {"webhook_timestamp": "1800000301"},
        {"webhook_timestamp": "1799999699"},
    ],
)
def test_what_is_not_proved_is_refused(changes: dict[str, str]) -> None:
    stage = Stage()
    answer = stage.gigs(event(), **changes)
    assert (answer.status, slug(answer)) == (401, "signature-invalid")
    assert stage.waker.woken == []
    assert stage.seen.events == set()


@pytest.mark.parametrize("seconds", [-300, 300])
def test_clocks_may_differ_by_five_minutes(seconds: float) -> None:
    stage = Stage()
    body = json.dumps(event()).encode()
    sent_at = int(stage.clock() + seconds)
    signature = sign(SECRET, "msg_1", sent_at, body)
    answer = stage.gigs(
        body, webhook_id="msg_1", webhook_timestamp=str(sent_at), webhook_signature=signature
    )
    assert answer.status == 200


def test_a_foreign_secret_signs_nothing() -> None:
    assert slug(Stage().gigs(event(), OLD)) == "signature-invalid"


@pytest.mark.parametrize("secret", [{"signingSecret": ""}, {"signingSecret": "whsec_"}, {"x": "y"}])
def test_without_a_secret_nothing_is_proved(secret: dict[str, str]) -> None:
    assert slug(Stage("gigs", secret).gigs(event())) == "signature-invalid"


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b"{}", b'{"type": "com.gigs.subscription.x", "data": 1, "id": "e"}'],
)
def test_a_signed_body_of_another_form_is_said_so(body: bytes) -> None:
    assert slug(Stage().gigs(body)) == "malformed-request"


def test_a_body_that_was_changed_on_the_way_is_refused() -> None:
    stage = Stage()
    body = json.dumps(event()).encode()
    now = int(stage.clock())
    answer = stage.gigs(
        body + b" ",
        webhook_id="msg_1",
        webhook_timestamp=str(now),
        webhook_signature=sign(SECRET, "msg_1", now, body),
    )
    assert slug(answer) == "signature-invalid"


@given(order=st.permutations([1, 1, 2, 3, 3, 3]))
def test_repeated_and_reordered_events_wake_once_each(order: list[int]) -> None:
    stage = Stage()
    for number in order:
        assert stage.gigs(event(number=number)).status == 200
    assert stage.waker.woken == [TASK] * 3


def test_a_provider_that_signs_has_no_secret_address() -> None:
    stage = Stage()
    assert slug(stage.hint(notification())) == "not-found"


# eSIM Access


def test_a_hint_to_the_secret_address_wakes_the_job() -> None:
    stage = Stage("esim_access")
    answer = stage.hint(notification(orderStatus="GOT_RESOURCE"))
    assert (answer.status, answer.json()) == (200, {"received": True})
    assert stage.waker.woken == [TASK]
    assert stage.hint(notification()).status == 200
    assert stage.waker.woken == [TASK]


def test_a_line_is_found_by_its_order_and_by_its_own_number() -> None:
    stage = Stage("esim_access")
    stage.waits.wait("esim_access", ["26112700000009"], TASK)
    stage.hint(notification("ESIM_STATUS", orderNo="", esimTranNo="26112700000009"))
    assert stage.waker.woken == [TASK]
    stage.hint(notification("ESIM_STATUS", number=2, esimTranNo="26112700000009"))
    assert stage.waker.woken == [TASK, TASK]


@pytest.mark.parametrize("token", ["f3Xw-a-secret-addresz", "x", "f3Xw-a-secret-address-"])
def test_another_address_does_not_exist(token: str) -> None:
    stage = Stage("esim_access")
    assert slug(stage.hint(notification(), token)) == "not-found"
    assert stage.waker.woken == []


def test_without_a_token_no_address_exists() -> None:
    assert slug(Stage("esim_access", {"other": "x"}).hint(notification())) == "not-found"


def test_its_open_address_does_not_exist_for_a_provider_that_signs_nothing() -> None:
    Stage("esim_access")
    sent = rest_event("POST", "/webhooks/esim", body=notification())
    assert slug(call(esim.handler, sent)) == "not-found"


@pytest.mark.parametrize("kind", ["CHECK_HEALTH", "DATA_USAGE", "VALIDITY_USAGE", "SMDP_EVENT"])
def test_what_ends_no_wait_is_answered_and_wakes_nobody(kind: str) -> None:
    stage = Stage("esim_access")
    assert stage.hint(notification(kind)).status == 200
    assert stage.waker.woken == []


def test_a_notification_without_an_id_goes_by_its_content() -> None:
    stage = Stage("esim_access")
    body = notification()
    del body["notifyId"]
    stage.hint(body)
    stage.hint(body)
    assert stage.waker.woken == [TASK]


@pytest.mark.parametrize(
    "body", ["[]", "{}", '"text"', '{"notifyType": "ORDER_STATUS", "content": 1}']
)
def test_a_body_of_another_form_is_said_so(body: str) -> None:
    assert slug(Stage("esim_access").hint(body)) == "malformed-request"


@pytest.mark.parametrize("number", ["B1\n", "../../x", "B" * 65, ["B1"], 5e300])
def test_numbers_that_are_none_are_looked_up_nowhere(number: Any) -> None:
    stage = Stage("esim_access")
    stage.hint(notification(orderNo=number))
    assert stage.waker.woken == []


def test_neither_token_nor_body_is_logged(capsys: pytest.CaptureFixture[str]) -> None:
    stage = Stage("esim_access")
    stage.hint(notification(iccid="8981000000000000001"))
    stage.hint(notification(), "a-wrong-token")
    out = capsys.readouterr().out
    assert TOKEN not in out
    assert "a-wrong-token" not in out
    assert "8981000000000000001" not in out
