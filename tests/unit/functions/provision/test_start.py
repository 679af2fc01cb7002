"""POST /orders/{sfOrderId}/provision through its handler."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import pytest
from portal.api.signature import SignatureVerifier, SigningKeys
from portal.domain.upstream import Unavailable
from portal.engine.closing import Closing, close
from portal.engine.states import Status
from portal.provisioning.job import order_job_id

from functions.provision import start
from functions.provision.admission import StartDeps
from functions.provision.deps import build_start
from tests.events import Answer, call, rest_event
from tests.fakes.provisioning import ORDER_ID
from tests.fakes.workflow import FakeClock, FakeQueue, MemoryJobStore
from tests.vendors import FixedSecret

SECRET = "a-signing-key"
MIXED = "8014x000000ABCD"  # 15 characters
MIXED_18 = "8014x000000ABCDAA4"


class FakeReplays:
    """`ReplayGuard` over a set."""

    def __init__(self) -> None:
        self.seen: set[str] = set()

    def refused_before(self, fingerprint: str) -> bool:
        return fingerprint in self.seen

    def refuse(self, fingerprint: str) -> None:
        self.seen.add(fingerprint)


class Button:
    """Presses the button with the time that the test says."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.store = MemoryJobStore()
        self.queue = FakeQueue(self.clock)
        keys = SigningKeys(FixedSecret(keys={"k1": SECRET}))
        self.deps = StartDeps(
            verifier=SignatureVerifier(keys, clock=self.clock),
            store=self.store,
            queue=self.queue,
            replays=FakeReplays(),
            clock=self.clock,
        )

    def request(
        self, key: str | None = "key-1", body: str = "", order: str = ORDER_ID
    ) -> dict[str, Any]:
        path, stamp = f"/orders/{order}/provision", str(int(self.clock.now))
        hashed = hashlib.sha256(body.encode()).hexdigest()
        text = f"v1|POST|{path}|{stamp}|{key or ''}|{hashed}"
        headers = {
            "X-Portal-Timestamp": stamp,
            "X-Portal-Key-Id": "k1",
            "X-Portal-Signature": "v1="
            + hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest(),
        }
        if key is not None:
            headers["Idempotency-Key"] = key
        return rest_event("POST", path, headers=headers, body=body or None)

    def press(self, key: str | None = "key-1", body: str = "", order: str = ORDER_ID) -> Answer:
        return call(start.handler, self.request(key, body, order))

    def end(self, status: Status, order: str = ORDER_ID) -> None:
        """The worker is done."""
        job_id = order_job_id(order)
        result = {
            "whmcsOrderId": "7001",
            "services": {"a": [3], "b": [1, 2]},
            "esims": {"b": {"lineId": "sub_1", "iccid": "89810001"}},
        }
        job = self.store.jobs[job_id]
        self.store.replace(job.changed(status=status, result=result))


@pytest.fixture
def button() -> Iterator[Button]:
    made = Button()
    start.app.override(build_start, lambda: made.deps)
    yield made
    start.app.resolver.dependency_overrides.clear()


def slug(answer: Answer) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    kind: str = answer.json()["type"]
    return kind.rsplit("/", maxsplit=1)[-1]


def test_accepted_recorded_and_enqueued(button: Button) -> None:
    answer = button.press(body='{"requestedBy":"005000000000001AAA"}')
    assert answer.status == 202
    assert answer.json() == {"sfOrderId": ORDER_ID, "status": "queued", "attempt": 1}
    assert answer.headers["location"] == f"/api/orders/{ORDER_ID}"
    assert "idempotency-replayed" not in answer.headers
    job = button.store.jobs[f"provision#{ORDER_ID}"]
    assert job.input == {"requestedBy": "005000000000001AAA"}
    assert job.correlation_id == answer.headers["x-correlation-id"]
    assert button.queue.sent == 1


def test_the_same_key_gets_the_same_answer_whatever_happened_since(button: Button) -> None:
    first = button.press()
    for status in (Status.RUNNING, Status.FAILED, Status.SUCCEEDED):
        button.end(status)
        button.clock.now += 1_000
        again = button.press()
        assert (again.status, again.body) == (202, first.body)
        assert again.headers["idempotency-replayed"] == "true"
    assert button.queue.sent == 1


def test_the_very_same_request_again_is_the_same_too(button: Button) -> None:
    request = button.request()
    first, again = call(start.handler, request), call(start.handler, request)
    assert (first.status, again.status, again.body) == (202, 202, first.body)


def test_a_quoted_key_is_the_same_key(button: Button) -> None:
    button.press("key-1")
    assert button.press('"key-1"').headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize(("body", "order"), [("{}", ORDER_ID), ("", "801000000000002AAA")])
def test_a_key_is_for_one_order_and_body(button: Button, body: str, order: str) -> None:
    button.press("key-1")
    answer = button.press("key-1", body, order)
    assert (answer.status, slug(answer)) == (422, "idempotency-key-reused")
    assert button.queue.sent == 1


@pytest.mark.parametrize("step", [None, "verify"])
@pytest.mark.parametrize(
    ("status", "state"),
    [
        (Status.QUEUED, "queued"),
        (Status.SCHEDULED, "scheduled"),
        (Status.RUNNING, "in_progress"),
        (Status.STOPPING, "failed"),
    ],
)
def test_another_key_while_it_is_under_way(
    button: Button, status: Status, state: str, step: str | None
) -> None:
    button.press("key-1")
    button.end(status)
    job = button.store.jobs[f"provision#{ORDER_ID}"]
    button.store.replace(job.changed(current_step=step or ""))
    answer = button.press("key-2")
    assert (answer.status, slug(answer)) == (409, "already-running")
    assert (answer.json()["state"], answer.json()["attempt"]) == (state, 1)
    assert (answer.json()["sfOrderId"], answer.json()["step"]) == (ORDER_ID, step)
    assert answer.headers["retry-after"] == "30"
    assert button.queue.sent == 1


def test_a_refused_request_cannot_be_replayed_when_the_way_is_free(button: Button) -> None:
    button.press("key-1")
    caught = button.request("key-2")
    assert call(start.handler, caught).status == 409
    button.end(Status.FAILED)
    replayed = call(start.handler, caught)
    assert (replayed.status, slug(replayed)) == (401, "signature-invalid")
    signature = caught["headers"]["X-Portal-Signature"]
    for headers in (caught["headers"], caught["multiValueHeaders"]):
        padded = f"v1={'0' * 64},{signature}"
        headers["X-Portal-Signature"] = padded if headers is caught["headers"] else [padded]
    assert call(start.handler, caught).status == 401
    assert button.queue.sent == 1
    button.clock.now += 1
    assert button.press("key-2").json()["attempt"] == 2


def test_a_provisioned_order_answers_with_its_result(button: Button) -> None:
    button.press("key-1")
    button.end(Status.SUCCEEDED)
    answer = button.press("key-2")
    assert (answer.status, answer.json()) == (
        200,
        {
            "sfOrderId": ORDER_ID,
            "status": "provisioned",
            "attempt": 1,
            "result": {"whmcsOrderId": "7001", "serviceIds": [1, 2, 3], "iccids": ["89810001"]},
        },
    )
    assert button.queue.sent == 1


@pytest.mark.parametrize("status", [Status.FAILED, Status.CANCELLED])
def test_after_the_end_a_new_key_is_a_new_attempt(button: Button, status: Status) -> None:
    button.press("key-1")
    button.end(status)
    answer = button.press("key-2")
    assert (answer.status, answer.json()["attempt"]) == (202, 2)
    assert button.queue.sent == 2
    assert button.press("key-1").json()["attempt"] == 1


def test_short_and_long_ids_are_one_order(button: Button) -> None:
    answer = button.press("key-1", order=MIXED)
    assert answer.json()["sfOrderId"] == MIXED_18
    assert answer.headers["location"] == f"/api/orders/{MIXED_18}"
    assert button.press("key-2", order=MIXED_18).status == 409
    assert list(button.store.jobs) == [f"provision#{MIXED_18}"]


@pytest.mark.parametrize("order", ["8014x000000abcdAA4", "8014x000000ABCDAAA"])
def test_an_id_that_lost_its_case_is_refused(button: Button, order: str) -> None:
    answer = button.press(order=order)
    assert (answer.status, answer.json()["errors"][0]["parameter"]) == (422, "sfOrderId")


@pytest.mark.parametrize("order", ["0014x000000ABCD", "801", "8014x000000ABCD1", "801-x000000ABCD"])
def test_ids_of_something_else(button: Button, order: str) -> None:
    assert button.press(order=order).status in (404, 422)
    assert not button.store.jobs


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ("{", 400, "malformed-request"),
        ("[]", 422, "invalid-request"),
        ('{"requestedBy":5}', 422, "invalid-request"),
        ('{"requestedBy":"<script>"}', 422, "invalid-request"),
        ('{"amount":1}', 422, "invalid-request"),
    ],
)
def test_bodies(button: Button, body: str, status: int, kind: str) -> None:
    answer = button.press(body=body)
    assert (answer.status, slug(answer)) == (status, kind)
    assert not button.store.jobs


@pytest.mark.parametrize("body", ["", "{}", ' {"requestedBy":null} '])
def test_an_empty_body_is_fine(button: Button, body: str) -> None:
    assert button.press(body=body).status == 202
    assert button.store.jobs[f"provision#{ORDER_ID}"].input == {}


def test_what_is_wrong_with_a_body_is_named(button: Button) -> None:
    errors = button.press(body='{"requestedBy":5,"amount":1}').json()["errors"]
    assert sorted(error["pointer"] for error in errors) == ["/amount", "/requestedBy"]


def test_without_a_key(button: Button) -> None:
    answer = button.press(None)
    assert (answer.status, slug(answer)) == (400, "idempotency-key-missing")


def test_the_signature_comes_before_the_body(button: Button) -> None:
    request = button.request(body="{")
    request["body"] = "{{"
    answer = call(start.handler, request)
    assert (answer.status, slug(answer)) == (401, "signature-invalid")


def test_a_lost_message_does_not_lose_the_order(
    button: Button, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise Unavailable("sqs", "SendMessageBatch", "no")

    monkeypatch.setattr(button.queue, "put", fail)
    assert button.press().status == 202
    assert button.store.jobs[f"provision#{ORDER_ID}"].status is Status.QUEUED


def test_nothing_begins_when_it_cannot_be_recorded(
    button: Button, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise Unavailable("dynamodb", "TransactWriteItems", "no")

    monkeypatch.setattr(button.store, "begin", fail)
    answer = button.press()
    assert (answer.status, slug(answer)) == (503, "upstream-unavailable")
    assert button.queue.sent == 0


def test_answers_are_small_json(button: Button) -> None:
    assert json.loads(button.press().body) == {
        "sfOrderId": ORDER_ID,
        "status": "queued",
        "attempt": 1,
    }


def test_an_order_that_its_customer_cancelled_is_not_started(button: Button) -> None:
    closing = Closing(kind="provision", subject=ORDER_ID, code="cancelled", text="by the customer")
    assert close(button.store, closing, now=0.0)
    answer = button.press("key-1")
    assert (answer.status, slug(answer)) == (422, "order-cancelled")
    assert "Set its Status" in answer.json()["detail"]
    assert button.queue.sent == 0
    assert slug(button.press("key-1")) == "signature-invalid"
