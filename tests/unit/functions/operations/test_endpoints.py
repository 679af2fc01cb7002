"""The endpoints of operations through their handlers, over fakes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from portal.domain.esim import LineState
from portal.domain.money import Money
from portal.domain.service_line import ServiceLine
from portal.domain.topup import TopUpOffer
from portal.engine.states import Status
from portal.operations.job import operation_job_id

from functions.operations import get_operation, list_topup_offers, start_topup
from functions.operations.deps import (
    OffersDeps,
    ReadOperationDeps,
    StartTopupDeps,
    build_get_operation,
    build_offers,
    build_start_topup,
)
from functions.operations.topup.selling import Selling
from tests.events import USER_ID, Answer, call, claims, rest_event
from tests.fakes.directory import FakeDirectory, customer
from tests.fakes.topups import LINE_ID
from tests.unit.functions.operations.world import LINE, OFFER, SERVICE_ID, World

STRANGER = "0f1e2d3c-0000-4000-8000-000000000009"
OTHER_LINE = replace(LINE, service_id=78, line_id="sub_2")
GONE = replace(LINE, service_id=81, line_id="sub_9")
NO_ESIM = replace(LINE, service_id=79, line_id="", provider="", plan="")
DEARER = replace(OFFER, price=Money.of(1800, "JPY"))
UNLIMITED = replace(OFFER, provider_offer="add_all", data_bytes=None, validity=None)


class Currencies:
    """`ClientCurrencies` with one for all."""

    def __init__(self) -> None:
        self.currency: str | None = "JPY"

    def of_client(self, _client_id: int) -> str | None:
        return self.currency


class Api:
    """The three handlers over one world."""

    def __init__(self) -> None:
        self.world = World()
        self.world.lines.remember([OTHER_LINE, NO_ESIM, GONE])
        other = replace(self.world.provider.lines[LINE_ID], line_id="sub_2")
        self.world.provider.lines["sub_2"] = other
        self.offers: list[TopUpOffer] = [OFFER, UNLIMITED]
        self.currencies = Currencies()
        self.can_pay = True
        self.directory = FakeDirectory(customer(), customer(STRANGER, whmcs_client_id=43))

    def selling(self) -> Selling:
        return Selling(
            lines=self.world.lines,
            line_at=self.world.provider.get_line,
            offers_of=self._offers_of,
            currencies=self.currencies,
            currency="JPY",
            can_pay=lambda _: self.can_pay,
        )

    def _offers_of(self, line: ServiceLine) -> list[TopUpOffer]:
        return self.offers if line.line_id else []

    def list(self, service: object = SERVICE_ID, user: str = USER_ID) -> Answer:
        path = f"/subscriptions/{service}/topup-offers"
        return call(list_topup_offers.handler, rest_event("GET", path, user=claims(user)))

    def start(
        self,
        offer_id: str = OFFER.offer_id,
        *,
        service: object = SERVICE_ID,
        key: str | None = "key-1",
        user: str = USER_ID,
        body: Any = None,
    ) -> Answer:
        headers = {"Idempotency-Key": key} if key is not None else {}
        event = rest_event(
            "POST",
            f"/subscriptions/{service}/topup",
            body={"offerId": offer_id} if body is None else body,
            headers=headers,
            user=claims(user),
        )
        return call(start_topup.handler, event)

    def get(self, operation: str, user: str = USER_ID) -> Answer:
        event = rest_event("GET", f"/operations/{operation}", user=claims(user))
        return call(get_operation.handler, event)


@pytest.fixture
def api() -> Iterator[Api]:
    made = Api()
    start_topup.app.override(
        build_start_topup,
        lambda: StartTopupDeps(made.directory, made.selling(), made.world.operations()),
    )
    list_topup_offers.app.override(build_offers, lambda: OffersDeps(made.directory, made.selling()))
    get_operation.app.override(build_get_operation, lambda: ReadOperationDeps(made.world.store))
    yield made
    for module in (start_topup, list_topup_offers, get_operation):
        module.app.resolver.dependency_overrides.clear()


def slug(answer: Answer) -> str:
    return str(answer.json()["type"]).rpartition("/")[2]


def test_offers_are_shown_at_the_portals_price(api: Api) -> None:
    answer = api.list()
    assert answer.status == 200
    first, second = answer.json()["items"]
    assert first == {
        "offerId": OFFER.offer_id,
        "name": "5 GB",
        "price": {"amount": "1500", "currency": "JPY"},
        "dataBytes": 10**9,
        "validity": None,
    }
    assert second["dataBytes"] is None


def test_what_cannot_be_topped_up_has_no_offers(api: Api) -> None:
    assert api.list(NO_ESIM.service_id).json()["items"] == []
    api.currencies.currency = "USD"
    assert api.list().json()["items"] == []


@pytest.mark.parametrize("service", [1, SERVICE_ID])
def test_somebody_elses_line_answers_as_none(api: Api, service: int) -> None:
    """Line 1 does not exist; the other one belongs to somebody else."""
    listed, started = api.list(service, STRANGER), api.start(service=service, user=STRANGER)
    for answer in (listed, started):
        assert (answer.status, slug(answer)) == (404, "not-found")
        assert answer.json()["detail"] == "You have no subscription of that id."


@pytest.mark.parametrize("service", ["0", "x", "-1", "1e3", "99999999999"])
def test_an_id_that_is_none(api: Api, service: str) -> None:
    answer = api.list(service)
    assert (answer.status, slug(answer)) == (404, "not-found")


def test_a_top_up_is_accepted_and_told_of(api: Api) -> None:
    answer = api.start()
    assert answer.status == 202
    view = answer.json()
    assert (view["kind"], view["status"], view["subscriptionId"]) == ("topup", "pending", "77")
    assert answer.headers["location"] == f"/api/operations/{view['operationId']}"
    assert "idempotency-replayed" not in answer.headers
    assert [step["status"] for step in view["steps"]] == ["waiting"] * 6
    assert api.get(view["operationId"]).json() == view
    api.world.settle()
    end = api.get(view["operationId"]).json()
    assert (end["status"], end["message"]) == ("succeeded", None)
    assert [step["status"] for step in end["steps"]] == ["done"] * 6
    assert end["nextStep"].startswith("Nothing: the data is on your line.")
    assert end["finishedAt"] is not None


def test_the_same_request_is_the_same_operation_whatever_has_changed(api: Api) -> None:
    first = api.start().json()["operationId"]
    api.offers, api.can_pay, api.currencies.currency = [], False, "USD"
    for key in ("key-1", '"key-1"'):
        again = api.start(key=key)
        assert (again.status, again.headers["idempotency-replayed"]) == (202, "true")
        assert again.json()["operationId"] == first
    api.world.settle()
    assert api.start().json()["status"] == "succeeded"
    assert len(api.world.store.jobs) == 1


def test_a_key_stands_for_one_request_of_one_customer(api: Api) -> None:
    api.start()
    for other in (
        api.start(UNLIMITED.offer_id),
        api.start(service=OTHER_LINE.service_id),
    ):
        assert (other.status, slug(other)) == (422, "idempotency-key-reused")
    api.world.lines.remember([replace(LINE, service_id=80, user_id=STRANGER)])
    assert api.start(service=80, user=STRANGER).status == 202
    assert len(api.world.store.jobs) == 2


@pytest.mark.parametrize("key", [None, ""])
def test_without_a_key_nothing_begins(api: Api, key: str | None) -> None:
    answer = api.start(key=key)
    assert answer.status in (400, 422)
    assert api.world.store.jobs == {}


def test_one_operation_at_a_time_per_line(api: Api) -> None:
    first = api.start().json()["operationId"]
    second = api.start(key="key-2")
    assert (second.status, slug(second)) == (409, "operation-in-progress")
    assert (second.json()["operationId"], second.json()["kind"]) == (first, "topup")
    assert "retry-after" in second.headers
    assert api.start(key="key-2", service=OTHER_LINE.service_id).status == 202
    api.world.settle()
    assert api.start(key="key-3").status == 202


def test_a_price_that_has_changed_is_another_offer(api: Api) -> None:
    shown = api.list().json()["items"][0]["offerId"]
    api.offers = [DEARER]
    answer = api.start(shown)
    assert (answer.status, slug(answer)) == (422, "invalid-request")
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/offerId", "offer-unknown")
    assert api.world.store.jobs == {}


def test_the_price_is_never_the_callers(api: Api) -> None:
    body = {"offerId": OFFER.offer_id, "price": {"amount": "1", "currency": "JPY"}}
    assert api.start(body=body).status == 422
    api.start()
    (job,) = api.world.store.jobs.values()
    assert (job.input["amount"], job.input["currency"]) == ("1500", "JPY")


def test_what_stands_in_the_way_is_said_at_once(api: Api) -> None:
    api.can_pay = False
    assert slug(api.start()) == "payment-method-required"
    api.can_pay = True
    assert slug(api.start(service=GONE.service_id)) == "topup-unavailable"
    api.world.provider.polls = 1_000
    for state in (LineState.PENDING, LineState.SUSPENDED, LineState.ENDED):
        line = api.world.provider.lines[LINE_ID]
        api.world.provider.lines[LINE_ID] = replace(line, state=state)
        assert slug(api.start()) == "topup-unavailable"
    api.currencies.currency = "USD"
    assert slug(api.start()) == "topup-unavailable"
    api.currencies.currency = None
    assert slug(api.start()) == "topup-unavailable"
    assert slug(api.start(service=NO_ESIM.service_id)) == "topup-unavailable"
    assert api.world.store.jobs == {}


@pytest.mark.parametrize(
    "operation", ["topup-" + "0" * 32, "provision-" + "0" * 32, "topup-0", "reissue", "x y"]
)
def test_an_operation_that_is_none(api: Api, operation: str) -> None:
    assert api.get(operation).status in (404, 422)


def test_somebody_elses_operation_answers_as_none(api: Api) -> None:
    operation = api.start().json()["operationId"]
    none = api.get("topup-" + "0" * 32).json()
    theirs = api.get(operation, STRANGER)
    assert theirs.status == 404
    assert {**theirs.json(), "instance": ""} == {**none, "instance": ""}


def test_nobody_sees_what_is_behind_an_operation(api: Api) -> None:
    api.world.provider.refuses = True
    operation = api.start().json()["operationId"]
    api.world.settle()
    text = api.get(operation).body
    assert api.world.store.jobs[operation_job_id(operation)].status is Status.FAILED
    for inner in ("WHMCS", "Gigs", "add_1gb", "sub_1", "esim-refused", "9001"):
        assert inner not in text
    assert "credited 1500 JPY" in text
