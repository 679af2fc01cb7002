"""Which top-ups a line has, and how seldom anybody is asked for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from portal.catalog.topup_offers import FRESH_SECONDS, STALE_SECONDS, TopUpOffers
from portal.domain.esim import Offer
from portal.domain.topup import TopUpSetting, is_offer_id, top_up_settings
from portal.domain.upstream import Refused, Unavailable
from portal.ports.topups import EsimProduct

from tests.fakes.faults import Fault, Faults
from tests.fakes.provisioning import ESIM_OFFER, FakeEsim
from tests.fakes.workflow import FakeClock
from tests.unit.functions.operations.world import LINE

ONE = TopUpSetting(offer=ESIM_OFFER.offer_id, price="1500", name="1 GB more")
BIG = replace(ESIM_OFFER, offer_id="add_big", name="Big", data_bytes=None, validity=None)
PRODUCT = EsimProduct(pid=301, plan=LINE.plan, top_ups=(ONE,))


class Products:
    """`EsimProducts` over a list."""

    def __init__(self, faults: Faults, *products: EsimProduct) -> None:
        self.faults, self.products = faults, list(products)

    def read(self, provider: str) -> Sequence[EsimProduct]:
        assert provider == "gigs"
        return self.faults.call("salesforce", "esim products", lambda: self.products)


class Copies:
    """`SharedCopies` over a dict."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[Any, int]] = {}

    def get(self, name: str) -> tuple[Any, int] | None:
        return self.kept.get(name)

    def put(self, name: str, copy: Any, *, read_at: int, keep_seconds: int) -> None:
        assert keep_seconds == STALE_SECONDS
        self.kept[name] = (copy, read_at)


class Provider(FakeEsim):
    """Sells two top-ups."""

    def offers(self, plan: str) -> Sequence[Offer]:
        return self.faults.call("esim", "offers", lambda: [BIG, ESIM_OFFER])


class Shop:
    """The offers, and everybody who is asked for them."""

    def __init__(self, *products: EsimProduct) -> None:
        self.faults, self.clock, self.copies = Faults(), FakeClock(), Copies()
        self.products = Products(self.faults, *products)

    def offers(self) -> TopUpOffers:
        """Of a fresh process."""
        return TopUpOffers(
            products=self.products,
            provider=Provider(self.faults),
            copies=self.copies,
            currency="JPY",
            clock=self.clock,
        )


def test_an_offer_is_the_providers_at_the_products_price() -> None:
    (offer,) = Shop(PRODUCT).offers().of_line(LINE)
    assert (offer.name, offer.price.amount, offer.price.currency) == ("1 GB more", "1500", "JPY")
    assert (offer.provider_offer, offer.data_bytes) == (ESIM_OFFER.offer_id, 10**9)
    assert is_offer_id(offer.offer_id)


def test_another_price_is_another_offer() -> None:
    (first,) = Shop(PRODUCT).offers().of_line(LINE)
    dearer = replace(PRODUCT, top_ups=(ONE.model_copy(update={"price": "1501"}),))
    (second,) = Shop(dearer).offers().of_line(LINE)
    assert first.offer_id != second.offer_id


def test_cheapest_first_and_only_what_both_have() -> None:
    settings = (
        ONE,
        TopUpSetting(offer="add_big", price="900"),
        TopUpSetting(offer="add_gone", price="1"),
    )
    found = Shop(replace(PRODUCT, top_ups=settings)).offers().of_line(LINE)
    assert [(offer.name, offer.price.amount) for offer in found] == [
        ("Big", "900"),
        ("1 GB more", "1500"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        replace(LINE, line_id=""),
        replace(LINE, provider="esim_access"),
        replace(LINE, plan="another"),
    ],
)
def test_lines_that_have_none_cost_no_call_of_the_provider(line: Any) -> None:
    shop = Shop(PRODUCT)
    assert shop.offers().of_line(line) == []
    assert shop.faults.count("esim") == 0


def test_the_product_of_the_service_decides() -> None:
    other = EsimProduct(
        pid=302, plan=LINE.plan, top_ups=(ONE.model_copy(update={"price": "9999"}),)
    )
    (offer,) = Shop(other, PRODUCT).offers().of_line(LINE)
    assert offer.price.amount == "1500"


def test_a_line_of_old_has_what_all_products_of_its_plan_agree_on() -> None:
    big = TopUpSetting(offer="add_big", price="900")
    other = EsimProduct(
        pid=302, plan=LINE.plan, top_ups=(ONE.model_copy(update={"price": "9999"}), big)
    )
    (offer,) = Shop(other, PRODUCT).offers().of_line(replace(LINE, pid=0))
    assert offer.provider_offer == "add_big"


def test_everybody_is_asked_once_in_ten_minutes_by_all_processes_together() -> None:
    shop = Shop(PRODUCT)
    for _ in range(3):
        shop.offers().of_line(LINE)
    assert shop.faults.names == ["salesforce esim products", "esim offers"]
    shop.clock.now += FRESH_SECONDS + 1
    shop.offers().of_line(LINE)
    assert len(shop.faults.names) == 4


@pytest.mark.parametrize("system", ["salesforce", "esim"])
def test_a_copy_serves_for_a_day_while_the_other_system_is_down(system: str) -> None:
    shop = Shop(PRODUCT)
    shop.offers().of_line(LINE)
    shop.faults.always = lambda name: Fault.UNAVAILABLE if name.startswith(system) else None
    shop.clock.now += STALE_SECONDS - 1
    assert len(shop.offers().of_line(LINE)) == 1
    shop.clock.now += 2
    with pytest.raises(Unavailable):
        shop.offers().of_line(LINE)


def test_a_refusal_is_not_hidden_behind_a_copy() -> None:
    shop = Shop(PRODUCT)
    shop.offers().of_line(LINE)
    shop.clock.now += FRESH_SECONDS + 1

    def refuse(provider: str) -> Sequence[EsimProduct]:
        raise Refused("salesforce", "query", f"no {provider}")

    shop.products.read = refuse  # type: ignore[method-assign]  # the field is gone
    with pytest.raises(Refused):
        shop.offers().of_line(LINE)


def test_settings_are_read() -> None:
    entry = {"plan": "p", "topUps": [{"offer": "a", "price": "1500"}]}
    assert top_up_settings(entry) == [TopUpSetting(offer="a", price="1500")]
    assert top_up_settings({"plan": "p"}) == top_up_settings({"topUps": None}) == []


@pytest.mark.parametrize(
    "listed",
    [
        {},
        "x",
        [{}],
        [{"offer": "a"}],
        [{"offer": "a", "price": 1500}],
        [{"offer": "a", "price": "-1"}],
        [{"offer": "a", "price": "0"}],
        [{"offer": "a", "price": "1.001"}],
        [{"offer": "a", "price": "¥1"}],
        [{"offer": "", "price": "1"}],
        [{"offer": "a", "price": "1", "currency": "USD"}],
        [{"offer": "a", "price": "1"}, {"offer": "a", "price": "2"}],
        [{"offer": "a", "price": "1", "name": ""}],
    ],
)
def test_settings_with_a_mistake_are_refused(listed: Any) -> None:
    if listed == {}:
        listed = {"offer": "a"}
    with pytest.raises(ValueError, match=r"."):
        top_up_settings({"topUps": listed})
