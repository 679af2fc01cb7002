"""POST /orders is killed at every call and repeated: one Order in Salesforce, one mail."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from local.demo.cart import CART
from local.demo.people import SATO
from tests.events import Answer, claims, rest_event
from tests.integration.kill.calls import Strike
from tests.integration.kill.counting import Tally
from tests.integration.kill.lanes import Case, Lane
from tests.integration.kill.points import Point, points
from tests.integration.kill.provisioning import USER_ID, add_customer, map_customer
from tests.integration.kill.requests_repeated import Repeated

pytestmark = pytest.mark.stack

CREATE_ORDER = "functions.orders.create_order"
BOTOCORE_TRIES = 3
HEADERS: dict[str, dict[str, str]] = {
    "by its cart": {},
    "by its key": {"Idempotency-Key": "kill-matrix-1"},
}


@pytest.mark.parametrize("known", HEADERS)
def test_every_call_of_an_order(lane: Lane, tally: Tally, known: str) -> None:
    request = ordering(lane, HEADERS[known])
    calls = request.calls(_is_placed)
    assert_ordered(lane)
    found = list(points(calls, lane.installation, departures=not HEADERS[known]))
    tally.run("order kills", _killed(found, known))


@pytest.mark.parametrize("how", ["throttle", "lose"])
def test_every_aws_call_of_an_order_fails(lane: Lane, tally: Tally, how: Any) -> None:
    calls = ordering(lane, {}).calls(_is_placed)
    cases: list[Case] = []
    for call in calls:
        if call.kind == "aws":
            strike = Strike(call=call.number, how=how, times=BOTOCORE_TRIES)
            name = f"order: {call.number:02d} {call.name}, {how}"
            # An order that is placed is never refused for the sake of its mail.
            mailed = (call.name, how) != ("sqs SendMessageBatch", "throttle")
            cases.append((name, partial(once_though_aws_failed, strike=strike, mailed=mailed)))
    tally.run("failures", cases)


def ordering(lane: Lane, headers: dict[str, str]) -> Repeated:
    """A fresh world and the request."""
    lane.installation.reset()
    lane.installation.seed({}, add_customer)
    map_customer(lane.installation)
    user = claims(USER_ID, email=SATO.email)
    event = rest_event("POST", "/orders", body=CART, headers=headers, user=user)
    return Repeated(lane, CREATE_ORDER, event)


def _killed(found: list[Point], known: str) -> Iterator[Case]:
    for point in found:
        case = partial(once_though_killed, headers=HEADERS[known], point=point)
        yield f"order known {known}: {point.name}", case


def once_though_killed(lane: Lane, *, headers: dict[str, str], point: Point) -> None:
    request = ordering(lane, headers)
    request.kill_at(point)
    _is_placed(request.until_answered())
    assert_ordered(lane)


def once_though_aws_failed(lane: Lane, *, strike: Strike, mailed: bool) -> None:
    request = ordering(lane, {})
    request.send(strike=strike)
    _is_placed(request.until_answered())
    assert_ordered(lane, mailed=mailed)


def _is_placed(answer: Answer) -> None:
    assert answer.status in (200, 201), answer.body


def assert_ordered(lane: Lane, *, mailed: bool = True) -> None:
    """One Order with its three lines, and its mail under one key."""
    salesforce = lane.installation.salesforce
    (order,) = salesforce.records("Order")
    items = salesforce.records("OrderItem")
    assert (order["Status"], len(items)) == ("Pending Review", len(CART["items"]))
    keys = {mail["dedupKey"] for mail in lane.installation.messages("email")}
    assert keys == ({f"order-received:{order['Id']}"} if mailed else set())
