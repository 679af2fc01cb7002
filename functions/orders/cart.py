"""Checks a cart against the current catalogue, and prices it.

All errors are reported together, each with a pointer and a code (docs/problems.md).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.catalog.eligibility import eligible, undecided, valid_on
from portal.domain.catalog import (
    ANY,
    AccountEligibility,
    Catalog,
    ChoiceOption,
    Option,
    Product,
    QuantityOption,
)
from portal.domain.order_options import (
    ChoiceSelection,
    OrderOptions,
    QuantitySelection,
    Selection,
    YesNoSelection,
)
from portal.domain.problems import FieldError

from functions.orders.errors import CartError
from functions.orders.models import CartItem


@dataclass(frozen=True)
class PricedLine:
    """A checked line of the order. `unit_price` includes the chosen options."""

    product: Product
    quantity: int
    unit_price: Decimal
    options: OrderOptions


class _Wrong(Exception):  # control flow inside this module
    def __init__(self, pointer: str, code: CartError, detail: str) -> None:
        super().__init__(detail)
        self.error = FieldError(detail, pointer=pointer, code=code)


def needs_eligibility(items: list[CartItem], catalog: Catalog) -> bool:
    """Whether a product of the cart is sold to some Accounts only."""
    products = (catalog.find(item.sku) for item in items)
    return any(
        product is not None and {product.dwelling, product.tier, product.region} != {ANY}
        for product in products
    )


def price(
    items: list[CartItem], catalog: Catalog, today: date, account: AccountEligibility
) -> tuple[list[PricedLine], list[FieldError]]:
    """Return the orderable lines and all errors. With errors, lines may be missing."""
    lines: list[PricedLine] = []
    errors: list[FieldError] = []
    for number, item in enumerate(items):
        try:
            product = _product(f"/items/{number}", item, catalog, today, account)
        except _Wrong as wrong:
            errors.append(wrong.error)
            continue
        line, found = _line(f"/items/{number}", item, product)
        lines.append(line)
        errors.extend(found)
    errors.extend(_over_limit(items, lines))
    return lines, errors


def _product(
    pointer: str, item: CartItem, catalog: Catalog, today: date, account: AccountEligibility
) -> Product:
    product = catalog.find(item.sku)
    if product is None:
        raise _Wrong(f"{pointer}/sku", CartError.SKU_UNKNOWN, "There is no such product.")
    if not valid_on(product, today):
        raise _Wrong(f"{pointer}/sku", CartError.NOT_ON_SALE, "This product is not sold today.")
    if not eligible(product, account):
        raise _ineligible(f"{pointer}/sku", product, account)
    if item.billing_cycle not in (None, product.billing_cycle):
        raise _Wrong(
            f"{pointer}/billingCycle",
            CartError.BILLING_CYCLE_MISMATCH,
            f"This product is billed {product.billing_cycle}.",
        )
    return product


def _ineligible(pointer: str, product: Product, account: AccountEligibility) -> _Wrong:
    if undecided(product, account):
        return _Wrong(
            pointer,
            CartError.ELIGIBILITY_UNKNOWN,
            "Your address has to be checked before you order this.",
        )
    return _Wrong(
        pointer, CartError.NOT_ELIGIBLE, "This product cannot be had at the address we know."
    )


def _line(pointer: str, item: CartItem, product: Product) -> tuple[PricedLine, list[FieldError]]:
    selections: list[Selection] = []
    errors: list[FieldError] = []
    unit_price = product.unit_price
    known = {option.id: option for option in product.config_options.options}
    errors.extend(
        FieldError(
            "This product has no such option.",
            pointer=f"{pointer}/configOptions/{_escaped(name)}",
            code=CartError.OPTION_UNKNOWN,
        )
        for name in item.config_options
        if name not in known
    )
    for option in known.values():
        try:
            selection, extra = _select(
                f"{pointer}/configOptions/{option.id}", option, item.config_options.get(option.id)
            )
        except _Wrong as wrong:
            errors.append(wrong.error)
            continue
        unit_price += extra
        if selection is not None:
            selections.append(selection)
    options = OrderOptions(selections=tuple(selections))
    return PricedLine(product, item.quantity, unit_price, options), errors


def _select(
    pointer: str, option: Option, chosen: str | int | bool | None
) -> tuple[Selection | None, Decimal]:
    """Return the selection, and what it adds to the unit price.

    The option's default applies when nothing was chosen.
    """
    value = option.default if chosen is None else chosen
    if option.required and chosen is None and not value:
        raise _Wrong(pointer, CartError.OPTION_REQUIRED, f"Choose {option.label}.")
    if isinstance(option, ChoiceOption):
        return _choose(pointer, option, value)
    if isinstance(option, QuantityOption):
        return _count(pointer, option, value)
    if not isinstance(value, bool):
        raise _Wrong(pointer, CartError.OPTION_WRONG_TYPE, f"{option.label} is true or false.")
    selection = YesNoSelection(
        kind="yesno",
        option_id=option.id,
        label=option.label,
        value=value,
        whmcs_option_id=option.whmcs_option_id,
    )
    return selection, option.price if value else Decimal(0)


def _choose(
    pointer: str, option: ChoiceOption, value: str | int | bool | None
) -> tuple[Selection | None, Decimal]:
    if value is None:
        return None, Decimal(0)
    if not isinstance(value, str):
        raise _Wrong(pointer, CartError.OPTION_WRONG_TYPE, f"{option.label} is the id of a choice.")
    choice = next((c for c in option.choices if c.id == value), None)
    if choice is None:
        raise _Wrong(pointer, CartError.CHOICE_UNKNOWN, f"{option.label} has no such choice.")
    selection = ChoiceSelection(
        kind="choice",
        option_id=option.id,
        label=option.label,
        value=choice.id,
        value_label=choice.label,
        whmcs_option_id=option.whmcs_option_id,
        whmcs_choice_id=choice.whmcs_choice_id,
    )
    return selection, choice.price_delta


def _count(
    pointer: str, option: QuantityOption, value: str | int | bool | None
) -> tuple[Selection | None, Decimal]:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _Wrong(pointer, CartError.OPTION_WRONG_TYPE, f"{option.label} is a whole number.")
    if not option.min <= value <= option.max:
        raise _Wrong(
            pointer,
            CartError.OPTION_OUT_OF_RANGE,
            f"{option.label} is between {option.min} and {option.max}.",
        )
    selection = QuantitySelection(
        kind="quantity",
        option_id=option.id,
        label=option.label,
        value=value,
        whmcs_option_id=option.whmcs_option_id,
    )
    return selection, option.unit_price * value


def _over_limit(items: list[CartItem], lines: list[PricedLine]) -> Iterator[FieldError]:
    """Yield the errors of products whose lines together exceed the product's limit."""
    limits = {line.product.sku: line.product.max_quantity for line in lines}
    totals = Counter[str]()
    for number, item in enumerate(items):
        totals[item.sku] += item.quantity
        if item.sku in limits and totals[item.sku] > limits[item.sku]:
            yield FieldError(
                f"At most {limits[item.sku]} of this product.",
                pointer=f"/items/{number}/quantity",
                code=CartError.QUANTITY_EXCEEDED,
            )


def _escaped(name: str) -> str:
    """Return a member name as it is written in a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")
