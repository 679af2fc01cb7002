"""What a store of order requests promises: the table and its fake alike."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from portal.ports.order_requests import Begun, OrderRequests
from portal.repositories.order_requests import DynamoOrderRequests

from tests.fakes.clock import FakeClock
from tests.fakes.order_requests import FakeOrderRequests
from tests.tables import IDEMPOTENCY, Tables

DAY = 24 * 3600
LEASE = 36
ANSWER = {"sfOrderId": "801000000000001AAA"}
Make = Callable[[FakeClock], OrderRequests]


@pytest.fixture(params=["table", "fake"])
def make(request: pytest.FixtureRequest, tables: Tables) -> Make:
    if request.param == "fake":
        return FakeOrderRequests
    return lambda clock: DynamoOrderRequests(tables[IDEMPOTENCY], clock=clock)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def requests(make: Make, clock: FakeClock) -> OrderRequests:
    return make(clock)


def test_the_first_is_new_and_a_twin_is_busy(requests: OrderRequests) -> None:
    first = requests.begin("r", "cart")
    assert first.state is Begun.NEW
    assert first.order_key
    assert requests.begin("r", "cart").state is Begun.BUSY


def test_who_comes_after_the_lease_resumes_with_the_same_key(
    requests: OrderRequests, clock: FakeClock
) -> None:
    first = requests.begin("r", "cart")
    clock.advance(LEASE)
    second = requests.begin("r", "cart")
    assert (second.state, second.order_key) == (Begun.RESUMED, first.order_key)
    assert second.lease != first.lease
    assert requests.begin("r", "cart").state is Begun.BUSY


def test_a_pause_lets_the_next_one_in_at_once(requests: OrderRequests) -> None:
    first = requests.begin("r", "cart")
    requests.pause("r", first)
    second = requests.begin("r", "cart")
    assert (second.state, second.order_key) == (Begun.RESUMED, first.order_key)


def test_what_is_forgotten_begins_anew_with_any_cart(requests: OrderRequests) -> None:
    first = requests.begin("r", "cart")
    requests.forget("r", first)
    again = requests.begin("r", "other cart")
    assert again.state is Begun.NEW
    assert again.order_key != first.order_key


def test_an_answer_lasts_a_day(requests: OrderRequests, clock: FakeClock) -> None:
    requests.finish("r", requests.begin("r", "cart"), ANSWER)
    done = requests.begin("r", "cart")
    assert (done.state, done.answer) == (Begun.DONE, ANSWER)
    clock.advance(DAY - 1)
    assert requests.begin("r", "cart").state is Begun.DONE
    clock.advance(1)
    assert requests.begin("r", "cart").state is Begun.NEW


@pytest.mark.parametrize("finished", [False, True])
def test_a_request_that_its_caller_has_named_is_not_forgotten_after_a_day(
    requests: OrderRequests, clock: FakeClock, finished: bool
) -> None:
    begun = requests.begin("r", "cart", named=True)
    if finished:
        requests.finish("r", begun, ANSWER)
    clock.advance(300 * DAY)
    again = requests.begin("r", "cart", named=True)
    assert again.state is (Begun.DONE if finished else Begun.RESUMED)
    assert finished or again.order_key == begun.order_key


@pytest.mark.parametrize("finished", [False, True])
def test_another_cart_is_told_apart(requests: OrderRequests, finished: bool) -> None:
    begun = requests.begin("r", "cart")
    if finished:
        requests.finish("r", begun, ANSWER)
    assert requests.begin("r", "other cart").state is Begun.OTHER_CART


def test_whoever_finishes_first_has_said_it(requests: OrderRequests, clock: FakeClock) -> None:
    first = requests.begin("r", "cart")
    clock.advance(LEASE)
    second = requests.begin("r", "cart")
    requests.finish("r", first, ANSWER)
    requests.finish("r", second, {"sfOrderId": "other"})
    assert requests.begin("r", "cart").answer == ANSWER


def test_a_finished_request_is_neither_paused_nor_forgotten(requests: OrderRequests) -> None:
    begun = requests.begin("r", "cart")
    requests.finish("r", begun, ANSWER)
    requests.pause("r", begun)
    requests.forget("r", begun)
    assert requests.begin("r", "cart").state is Begun.DONE


def test_an_attempt_that_outlived_its_lease_ends_nobody_elses(
    requests: OrderRequests, clock: FakeClock
) -> None:
    old = requests.begin("r", "cart")
    clock.advance(LEASE)
    new = requests.begin("r", "cart")
    requests.pause("r", old)
    requests.forget("r", old)
    assert requests.begin("r", "cart").state is Begun.BUSY
    requests.pause("r", new)
    assert requests.begin("r", "cart").state is Begun.RESUMED


def test_who_was_replaced_after_a_day_finishes_nothing(
    requests: OrderRequests, clock: FakeClock
) -> None:
    old = requests.begin("r", "cart")
    clock.advance(DAY)
    assert requests.begin("r", "cart").state is Begun.NEW
    requests.finish("r", old, ANSWER)
    assert requests.begin("r", "cart").state is Begun.BUSY
