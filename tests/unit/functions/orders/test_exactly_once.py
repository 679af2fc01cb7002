"""One order, whoever repeats, dies or answers late."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from portal.domain.upstream import OutcomeUnknown, Refused, Unavailable, UpstreamError
from portal.ports.orders import DuplicateOrder, NewOrder, PlacedOrder

from functions.orders.models import OrderRequest
from functions.orders.placing import Placed, Placing
from tests.events import Answer
from tests.fakes.catalog import product
from tests.fakes.directory import customer
from tests.fakes.faults import Killed
from tests.fakes.order_requests import FakeOrderRequests
from tests.fakes.orders import FakeOrders
from tests.fakes.wires import Strike, Wires
from tests.tables import Tables
from tests.unit.functions.orders.world import LEASE, Shop, shop_of

ESIM = product("ESIM-10GB", is_esim=True)
CART = OrderRequest.model_validate({"items": [{"sku": "ESIM-10GB", "quantity": 2}]})
ITEM = {"sku": "ESIM-10GB", "quantity": 2}
LOST = OutcomeUnknown("salesforce", "composite/graph", "no answer")
DOWN = Unavailable("dynamodb", "UpdateItem", "down")
LAMBDAS = 200


@pytest.fixture
def shop(tables: Tables) -> Shop:
    return shop_of(tables, ESIM)


@pytest.fixture
def quick_shop(shop: Shop) -> Shop:
    """With the table's fake, for thousands of attempts."""
    shop.requests = FakeOrderRequests(shop.clock)
    return shop


class SlowOrders(FakeOrders):
    """Placing takes until `may_finish`; twins have time to arrive."""

    def __init__(self) -> None:
        super().__init__()
        self.may_finish = threading.Event()
        self.attempts = 0

    def place(self, order: NewOrder) -> PlacedOrder:
        self.attempts += 1
        assert self.may_finish.wait(20)
        return super().place(order)


def test_two_hundred_lambdas_at_once_place_one_order(shop: Shop) -> None:
    """A Lambda's environment consumes one request at a time: a thread stands for one."""
    shop.orders = SlowOrders()
    finished = threading.Event()
    busy = threading.Semaphore(0)

    def wait(_: float) -> None:
        busy.release()
        assert finished.wait(20)

    def one(_: int) -> Placed:
        placed = shop.placing(wait=wait).place(customer(), CART, None)
        finished.set()
        return placed

    with ThreadPoolExecutor(LAMBDAS) as pool:
        answers = [pool.submit(one, number) for number in range(LAMBDAS)]
        for _ in range(LAMBDAS - 1):
            assert busy.acquire(timeout=20)
        shop.orders.may_finish.set()
        placed = [answer.result(timeout=20) for answer in answers]
    assert shop.orders.attempts == 1
    assert len({found.answer.sf_order_id for found in placed}) == 1
    assert sorted(found.replayed for found in placed) == [False] + [True] * (LAMBDAS - 1)
    assert len(shop.mail_queue.jobs) == 1


def test_two_hundred_repetitions_after_a_death_place_one_order(shop: Shop) -> None:
    wires = Wires([Strike(Killed(), after=True)])
    with pytest.raises(Killed):
        shop.placing(orders=wires.wire("orders", shop.orders)).place(customer(), CART, None)
    shop.clock.advance(LEASE)
    finished = threading.Event()

    def one(_: int) -> Placed:
        wait: Callable[[float], Any] = finished.wait
        placed = shop.placing(wait=lambda _: wait(20)).place(customer(), CART, None)
        finished.set()
        return placed

    with ThreadPoolExecutor(LAMBDAS) as pool:
        placed = list(pool.map(one, range(LAMBDAS)))
    assert len(shop.orders.placed) == 1
    assert len({found.answer.sf_order_id for found in placed}) == 1
    assert len(shop.mails()) == 1


def wired(shop: Shop, wires: Wires) -> Placing:
    """A Lambda whose every call to the outside is traced."""
    usual = shop.placing()
    return shop.placing(
        requests=wires.wire("requests", usual.requests),
        catalog=wires.wire("catalog", usual.checkout.catalog),
        can_pay=wires.wire("can_pay", usual.checkout.can_pay),
        addresses=wires.wire("addresses", usual.checkout.addresses),
        orders=wires.wire("orders", usual.orders),
        mail_queue=wires.wire("mail_queue", usual.mail_queue),
    )


def attempt(placing: Placing, key: str) -> Placed | BaseException:
    try:
        return placing.place(customer(), CART, key)
    except (Killed, Exception) as error:  # noqa: BLE001  # whatever it was: the customer repeats
        return error


class Primary:
    """What goes wrong in Salesforce anyhow, before the strike."""

    def __init__(self, name: str, failure: UpstreamError | None, *, committed: bool) -> None:
        self.name = name
        self._failure, self._committed = failure, committed

    def prepare(self, orders: FakeOrders) -> None:
        if self._failure is None:
            return
        if not self._committed:
            orders.failure = self._failure
            return
        place, failure = orders.place, self._failure

        def commit_and_fail(order: NewOrder) -> PlacedOrder:
            orders.place = place  # type: ignore[method-assign]  # once
            place(order)
            raise failure

        orders.place = commit_and_fail  # type: ignore[method-assign]  # until it struck


PRIMARIES = [
    Primary("nothing", None, committed=False),
    Primary("answer-lost", LOST, committed=True),
    Primary("request-lost", LOST, committed=False),
    Primary("locked", Unavailable("salesforce", "graph", "UNABLE_TO_LOCK_ROW"), committed=False),
    Primary("refused", Refused("salesforce", "graph", "no"), committed=False),
]
STRIKES = [
    *((primary, error) for primary in PRIMARIES for error in (Killed(), DOWN)),
    (PRIMARIES[0], LOST),
]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("primary", "error"), STRIKES, ids=lambda part: getattr(part, "name", type(part).__name__)
)
def test_struck_at_every_call_and_repeated(
    quick_shop: Shop, primary: Primary, error: BaseException, after: bool
) -> None:
    shop = quick_shop
    position = 0
    while True:
        position += 1
        shop.orders = FakeOrders()
        shop.mail_queue.jobs.clear()
        primary.prepare(shop.orders)
        strike = Strike(error, nth=position, after=after)
        wires = Wires([strike])
        key = f"strike-{position}"
        results = [attempt(wired(shop, wires), key)]
        if not strike.struck:
            break
        where = f"struck at {wires.trace}"
        results.append(attempt(shop.placing(), key))  # at once: may find it busy
        for _ in range(3):
            shop.clock.advance(LEASE)
            results.append(attempt(shop.placing(), key))
        placed = [result for result in results if isinstance(result, Placed)]
        assert len(shop.orders.placed) == 1, where
        assert len({found.answer.sf_order_id for found in placed}) == 1, where
        assert isinstance(results[-1], Placed), (where, results)
        assert results[-1].replayed, where
        # Only a queue that refuses can cost the customer the mail.
        lost = wires.trace[position - 1] == "mail_queue.put" and not isinstance(error, Killed)
        assert len(shop.mails()) == (0 if lost and not after else 1), where
    assert position > 6


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("error", [Killed(), DOWN], ids=lambda error: type(error).__name__)
def test_recovery_struck_at_every_call(quick_shop: Shop, error: BaseException, after: bool) -> None:
    """The first attempt died after the commit; the second is struck while it settles that."""
    shop = quick_shop
    position = 0
    while True:
        position += 1
        shop.orders = FakeOrders()
        key = f"recovery-{position}"
        first = Wires([Strike(Killed(), after=True)])
        attempt(shop.placing(orders=first.wire("orders", shop.orders)), key)
        shop.clock.advance(LEASE)
        strike = Strike(error, nth=position, after=after)
        wires = Wires([strike])
        attempt(wired(shop, wires), key)
        if not strike.struck:
            break
        shop.clock.advance(LEASE)
        last = attempt(shop.placing(), key)
        assert isinstance(last, Placed), wires.trace
        assert last.replayed
        assert len(shop.orders.placed) == 1, wires.trace
    assert position > 3


class LateOrders(FakeOrders):
    """The commit outlives the caller's patience: it shows up when `arrive` is called."""

    def __init__(self) -> None:
        super().__init__()
        self.on_the_way: list[NewOrder] = []
        self.late = True

    def place(self, order: NewOrder) -> PlacedOrder:
        if self.late:
            self.late = False
            self.on_the_way.append(order)
            raise LOST
        return super().place(order)

    def arrive(self) -> None:
        for order in self.on_the_way:
            if order.key not in self.placed:
                super().place(order)
        self.on_the_way.clear()


def test_a_commit_that_shows_up_after_the_look_up(shop: Shop) -> None:
    shop.orders = orders = LateOrders()
    shop.install()
    assert shop.order(ITEM).status == 504
    orders.arrive()
    answer = shop.order(ITEM)
    assert (answer.status, answer.headers["idempotency-replayed"]) == (200, "true")
    assert len(orders.placed) == 1


def test_a_commit_that_shows_up_between_look_up_and_second_attempt(shop: Shop) -> None:
    class JustThen(LateOrders):
        def by_key(self, key: str) -> PlacedOrder | None:
            found = super().by_key(key)
            if not self.late and found is None and self.looked:
                self.arrive()
            self.looked = True
            return found

        looked = False

    shop.orders = orders = JustThen()
    shop.install()
    assert shop.order(ITEM).status == 504
    assert shop.order(ITEM).status == 201, "placed again: Salesforce names the duplicate"
    assert len(orders.placed) == 1


def test_a_commit_that_shows_up_after_the_cart_went_bad(shop: Shop) -> None:
    shop.orders = orders = LateOrders()
    shop.can_pay = True
    shop.install()
    assert shop.order(ITEM).status == 504
    shop.can_pay = False
    assert shop.order(ITEM).status == 409
    orders.arrive()
    assert shop.order(ITEM).status == 200
    assert len(orders.placed) == 1


def test_a_duplicate_that_cannot_be_seen_is_no_answer(shop: Shop) -> None:
    class Hidden(FakeOrders):
        def place(self, order: NewOrder) -> PlacedOrder:
            raise DuplicateOrder(order.key)

    shop.orders = Hidden()
    shop.install()
    answer = shop.order(ITEM)
    assert (answer.status, answer.headers["retry-after"]) == (504, "5")


def test_a_repeated_write_recognises_itself(shop: Shop, tables: Tables) -> None:
    """Botocore sends a write again when the answer was lost; the second one finds the first."""
    with tables.lost_answers.once():
        first = shop.placing().place(customer(), CART, "k")
        assert not first.replayed
        shop.orders = LateOrders()
        attempt(shop.placing(), "resumed")
        again = attempt(shop.placing(), "resumed")
    assert isinstance(again, Placed)
    assert not again.replayed
    assert "PutItem" in tables.lost_answers.lost


def test_what_is_refused_can_be_mended_and_sent_with_the_same_key(shop: Shop) -> None:
    bad: Answer = shop.order({"sku": "NOPE"}, key="k")
    assert bad.status == 422
    assert shop.order(ITEM, key="k").status == 201


def test_a_cart_whose_order_was_cancelled_is_ordered_anew_once(shop: Shop) -> None:
    first = shop.placing().place(customer(), CART, None).answer.sf_order_id
    after = shop.placing(cancelled=lambda order_id: order_id == first)
    again = after.place(customer(), CART, None)
    assert (again.replayed, again.answer.sf_order_id != first) == (False, True)
    assert after.place(customer(), CART, None) == Placed(again.answer, replayed=True)
    assert len(shop.orders.placed) == 2


def test_a_key_stands_for_its_order_also_after_that_was_cancelled(shop: Shop) -> None:
    first = shop.placing().place(customer(), CART, "key-1")
    again = shop.placing(cancelled=lambda _: True).place(customer(), CART, "key-1")
    assert again == Placed(first.answer, replayed=True)
