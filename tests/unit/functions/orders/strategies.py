"""Catalogues and carts at random: everything that the models and the catalogue's rules allow."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from portal.catalog.option_rules import lowest_extra, mistake_in
from portal.domain.catalog import (
    Choice,
    ChoiceOption,
    ConfigOptions,
    Option,
    Product,
    QuantityOption,
    YesNoOption,
)

from tests.fakes.catalog import product

IDS = st.from_regex(r"[a-z0-9][a-z0-9-]{0,8}", fullmatch=True)
LABELS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)
WHMCS_IDS = st.integers(1, 2_147_483_647)
PRICES = st.decimals(-1_000, 9_999, places=2)


@st.composite
def choice_options(draw: st.DrawFn) -> ChoiceOption:
    """A dropdown with a default, or required, or both."""
    ids = draw(st.lists(IDS, min_size=1, max_size=4, unique=True))
    whmcs = draw(st.lists(WHMCS_IDS, min_size=len(ids), max_size=len(ids), unique=True))
    choices = tuple(
        Choice(id=i, label=draw(LABELS), price_delta=draw(PRICES), whmcs_choice_id=w)
        for i, w in zip(ids, whmcs, strict=True)
    )
    default = draw(st.none() | st.sampled_from(ids))
    return ChoiceOption(
        kind="choice",
        id=draw(IDS),
        label=draw(LABELS),
        required=default is None or draw(st.booleans()),
        default=default,
        whmcs_option_id=draw(WHMCS_IDS),
        choices=choices,
    )


@st.composite
def quantity_options(draw: st.DrawFn) -> QuantityOption:
    """A number within limits."""
    low, default, high = sorted(draw(st.tuples(*[st.integers(0, 50)] * 3)))
    return QuantityOption(
        kind="quantity",
        id=draw(IDS),
        label=draw(LABELS),
        required=draw(st.booleans()),
        min=low,
        default=default,
        max=max(high, 1),
        unit_price=draw(PRICES),
        whmcs_option_id=draw(WHMCS_IDS),
    )


@st.composite
def yes_no_options(draw: st.DrawFn) -> YesNoOption:
    """A tick box."""
    return YesNoOption(
        kind="yesno",
        id=draw(IDS),
        label=draw(LABELS),
        required=draw(st.booleans()),
        default=draw(st.booleans()),
        price=draw(PRICES),
        whmcs_option_id=draw(WHMCS_IDS),
    )


OPTIONS: st.SearchStrategy[list[Option]] = st.lists(
    st.one_of(choice_options(), quantity_options(), yes_no_options()),
    max_size=4,
    unique_by=(lambda option: option.id, lambda option: option.whmcs_option_id),
).filter(lambda options: mistake_in(options) is None)


@st.composite
def products(draw: st.DrawFn, sku: str) -> Product:
    """A product whose price is never negative."""
    options = draw(OPTIONS)
    lowest = min(lowest_extra(options), Decimal(0))
    return product(
        sku,
        unit_price=draw(st.decimals(0, 99_999, places=2)) - lowest,
        max_quantity=draw(st.integers(1, 20)),
        config_options=ConfigOptions(version=1, options=tuple(options)),
    )


@st.composite
def shelves(draw: st.DrawFn) -> list[Product]:
    """Some products."""
    return [draw(products(f"P-{n}")) for n in range(draw(st.integers(1, 4)))]


def answer_to(draw: st.DrawFn, shown: dict[str, Any]) -> Any:
    """An answer to an option as GET /catalog shows it."""
    if shown["kind"] == "choice":
        return draw(st.sampled_from([choice["id"] for choice in shown["choices"]]))
    if shown["kind"] == "quantity":
        return draw(st.integers(shown["min"], shown["max"]))
    return draw(st.booleans())


@st.composite
def lines(draw: st.DrawFn, shown: dict[str, Any], most: int) -> dict[str, Any]:
    """One line for a product as GET /catalog shows it; what has a default may be left out."""
    answers = {
        option["id"]: answer_to(draw, option)
        for option in shown["configOptions"]
        if option["default"] is None or draw(st.booleans())
    }
    line: dict[str, Any] = {
        "sku": shown["sku"],
        "quantity": draw(st.integers(1, most)),
        "configOptions": answers,
    }
    if draw(st.booleans()):
        line["billingCycle"] = shown["billingCycle"]
    return line
