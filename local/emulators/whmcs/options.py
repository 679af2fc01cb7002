"""Reads, prices and renders the configurable options of a service.

WHMCS silently replaces wrong ids by the minimum (developer-docs issue 126). The switch
`unknown_config_options` turns that into a refusal, whose text is the emulator's.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from local.emulators.whmcs import money
from local.emulators.whmcs.catalogue import ConfigOption, Prices, Product
from local.emulators.whmcs.context import Context
from local.emulators.whmcs.errors import ApiError
from local.emulators.whmcs.records import ServiceOption

CHOICE_TYPES = frozenset({"1", "2"})
YES_NO = "3"
TYPE_NAMES = {"1": "dropdown", "2": "radio", "3": "yesno", "4": "quantity"}


def choose(
    context: Context, product: Product, wanted: Mapping[int | str, Any]
) -> dict[int, ServiceOption]:
    """The value of each option of `product`: `{optionId: choiceId}`, `{optionId: units}` or the
    long form `{optionId: {"optionid": choiceId, "qty": units}}`."""
    strict = context.switches.unknown_config_options == "refuse"
    for option_id in wanted:
        if strict and (not isinstance(option_id, int) or product.option(option_id) is None):
            raise ApiError(f"Invalid configurable option {option_id} for product {product.pid}")
    return {
        option.id: _value(option, wanted.get(option.id), strict=strict)
        for option in product.configoptions
    }


def _value(option: ConfigOption, sent: Any, *, strict: bool) -> ServiceOption:
    minimum = ServiceOption(option_id=option.options[0].id, qty=option.minqty)
    if sent is None:
        return minimum
    long = sent if isinstance(sent, dict) else {}
    if option.type in CHOICE_TYPES:
        choice = option.choice(_whole(long.get("optionid") if long else sent))
        if choice is not None:
            return ServiceOption(option_id=choice.id)
    else:
        units = _whole(long.get("qty") if long else sent)
        if option.type == YES_NO:
            return ServiceOption(option_id=minimum.option_id, qty=int(units > 0))
        if option.minqty <= units and (not option.maxqty or units <= option.maxqty):
            return ServiceOption(option_id=minimum.option_id, qty=units)
    if strict:
        raise ApiError(f"Invalid value for configurable option {option.id}")
    return minimum


def _whole(value: Any) -> int:
    text = str(value).strip()
    return int(text) if text.isascii() and text.isdigit() else -1


def as_sent(chosen: Mapping[int, ServiceOption]) -> dict[int | str, Any]:
    """Return the chosen options in the long form of a request."""
    return {key: {"optionid": value.option_id, "qty": value.qty} for key, value in chosen.items()}


def price(
    product: Product, chosen: Mapping[int, ServiceOption], *, currency: str, cycle: str
) -> tuple[Decimal, Decimal]:
    """(recurring, set-up) of the chosen options."""
    recurring = setup = money.ZERO
    for option in product.configoptions:
        value = chosen.get(option.id)
        choice = option.choice(value.option_id) if value else None
        if value is None or choice is None:
            continue
        units = 1 if option.type in CHOICE_TYPES else value.qty
        prices = choice.pricing.get(currency, Prices())
        recurring += max(prices.recurring(cycle), money.ZERO) * units
        setup += max(prices.setup(cycle), money.ZERO) * units
    return recurring, setup


def describe(product: Product, chosen: Mapping[int, ServiceOption]) -> list[dict[str, Any]]:
    """As GetClientsProducts lists them."""
    described = []
    for option in product.configoptions:
        value = chosen.get(option.id)
        choice = option.choice(value.option_id) if value else None
        if value is None or choice is None:
            continue
        shown: Any = choice.name if option.type in CHOICE_TYPES else value.qty
        described.append(
            {
                "id": option.id,
                "option": option.name,
                "type": TYPE_NAMES[option.type],
                "value": shown,
            }
        )
    return described
