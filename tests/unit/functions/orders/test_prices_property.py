"""For any catalogue and any cart that a form made of it allows: the price is the one shown."""

from __future__ import annotations

import json
import random
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from portal.domain.catalog import AccountEligibility, Catalog, ChoiceOption, Product
from portal.domain.order_options import OrderOptions

from functions.catalog.models import product_view
from functions.orders.cart import price
from functions.orders.fingerprint import cart_hash, request_id
from functions.orders.models import CartItem, OrderRequest
from tests.fakes.catalog import catalog
from tests.unit.functions.orders.strategies import lines, shelves

TODAY = date(2026, 11, 23)
relaxed = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def shown(product: Product) -> dict[str, Any]:
    """The product as GET /catalog has it."""
    view: dict[str, Any] = json.loads(
        product_view(product, tax_included=True).model_dump_json(by_alias=True)
    )
    return view


def price_by_the_form(view: dict[str, Any], answers: dict[str, Any]) -> Decimal:
    """What a front end adds up from nothing but GET /catalog."""
    total = Decimal(view["price"]["amount"])
    for option in view["configOptions"]:
        answer = answers.get(option["id"], option["default"])
        if option["kind"] == "choice":
            (chosen,) = (c for c in option["choices"] if c["id"] == answer)
            total += Decimal(chosen["priceDelta"]["amount"])
        else:
            total += Decimal(option["unitPrice"]["amount"]) * int(answer)
    return total


@st.composite
def shops(draw: st.DrawFn) -> tuple[Catalog, list[dict[str, Any]]]:
    """A catalogue and a cart that its forms allow."""
    shelf = draw(shelves())
    items: list[dict[str, Any]] = []
    for product in shelf:
        left = product.max_quantity
        while left and draw(st.booleans()):
            items.append(draw(lines(shown(product), left)))
            left -= items[-1]["quantity"]
    return catalog(*shelf), items


@relaxed
@given(shops())
def test_lines_cost_what_the_catalogue_shows(
    shop: tuple[Catalog, list[dict[str, Any]]],
) -> None:
    shelf, items = shop
    cart = [CartItem.model_validate(item) for item in items]
    priced, errors = price(cart, shelf, TODAY, AccountEligibility())
    assert errors == []
    assert len(priced) == len(items)
    for line, item in zip(priced, items, strict=True):
        assert (line.product.sku, line.quantity) == (item["sku"], item["quantity"])
        assert line.unit_price == price_by_the_form(shown(line.product), item["configOptions"])
        assert line.unit_price >= 0


@relaxed
@given(shops())
def test_what_whmcs_gets_decodes_to_what_was_chosen(
    shop: tuple[Catalog, list[dict[str, Any]]],
) -> None:
    shelf, items = shop
    cart = [CartItem.model_validate(item) for item in items]
    priced, _ = price(cart, shelf, TODAY, AccountEligibility())
    for line, item in zip(priced, items, strict=True):
        stored = OrderOptions.model_validate_json(line.options.model_dump_json(by_alias=True))
        assert stored == line.options
        assert decoded(line.product, stored.pairs()) == {
            option.id: item["configOptions"].get(option.id, option.default)
            for option in line.product.config_options.options
        }


def decoded(product: Product, pairs: dict[int, int]) -> dict[str, Any]:
    """The choices that WHMCS' ids stand for; what is not sent is zero, or off."""
    choices: dict[str, Any] = {}
    for option in product.config_options.options:
        value = pairs.get(option.whmcs_option_id, 0)
        if isinstance(option, ChoiceOption):
            (chosen,) = (c for c in option.choices if c.whmcs_choice_id == value)
            choices[option.id] = chosen.id
        else:
            choices[option.id] = type(option.default)(value)
    return choices


@relaxed
@given(shops().filter(lambda shop: shop[1]), st.randoms(use_true_random=False))
def test_the_fingerprint_is_of_the_cart_not_of_its_order(
    shop: tuple[Catalog, list[dict[str, Any]]], chance: random.Random
) -> None:
    _, items = shop
    shuffled = [
        {
            **item,
            "configOptions": dict(
                chance.sample(list(item["configOptions"].items()), len(item["configOptions"]))
            ),
        }
        for item in chance.sample(items, len(items))
    ]
    first = cart_hash(OrderRequest.model_validate({"items": items}))
    assert cart_hash(OrderRequest.model_validate({"items": shuffled})) == first
    more = [*items, items[0]]
    assert cart_hash(OrderRequest.model_validate({"items": more})) != first
    other = [{**items[0], "quantity": items[0]["quantity"] + 1}, *items[1:]]
    assert cart_hash(OrderRequest.model_validate({"items": other})) != first


def test_true_and_one_are_different_answers() -> None:
    carts = [
        OrderRequest.model_validate({"items": [{"sku": "A", "configOptions": {"o": value}}]})
        for value in (True, 1, "1", "true", False, 0)
    ]
    assert len({cart_hash(cart) for cart in carts}) == len(carts)


@given(st.text(), st.text(min_size=1), st.text(min_size=1))
def test_requests_of_different_people_never_meet(cart: str, one: str, other: str) -> None:
    assert (request_id(one, cart, None) == request_id(other, cart, None)) == (one == other)
    assert request_id(one, cart, "key") != request_id(one, cart, None)
