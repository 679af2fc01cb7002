"""The orders of the matrix: what Salesforce has, and what there must be of it afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from local.demo.data import PORTAL_PRICEBOOK
from local.demo.options import ChoiceOption, Option, QuantityOption, YesNoOption
from local.demo.products import PRODUCTS, Product
from local.demo.salesforce_ids import record_id

ORDER_ID = "8015j0000000001AAA"
ORDER_NUMBER = "00000100"
CYCLES = {"Monthly": "monthly", "Onetime": "onetime"}
Chosen = dict[str, str | int | bool]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One OrderItem: `options` by our option id, as in POST /orders."""

    sku: str
    quantity: int = 1
    options: Chosen = field(default_factory=dict)
    whmcs_quantities: bool = False

    @property
    def product(self) -> Product:
        """The product of the demo."""
        return next(product for product in PRODUCTS if product.sku == self.sku)


@dataclass(frozen=True, kw_only=True)
class Unit:
    """What one line of AddOrder must become: WHMCS options as `{option: (choice, quantity)}`."""

    key: str
    item_id: str
    pid: int
    quantity: int
    options: dict[int, tuple[int | None, int]]
    esim: bool


@dataclass(frozen=True, kw_only=True)
class Shape:
    """One order."""

    name: str
    lines: tuple[Line, ...]

    def salesforce_records(self, account_id: str) -> dict[str, Any]:
        """The approved order and its items, as the emulator's seed."""
        order = {
            "Id": ORDER_ID,
            "OrderNumber": ORDER_NUMBER,
            "AccountId": account_id,
            "Pricebook2Id": PORTAL_PRICEBOOK,
            "EffectiveDate": "2026-11-22",
            "Status": "Activated",
            "Provisioning_Status__c": "Not Started",
            "Activation_Type__c": "Immediate",
        }
        return {"Order": [order], "OrderItem": list(self._items())}

    def allow_quantities(self, products: list[dict[str, Any]]) -> None:
        """Switch "Allow Multiple Quantities" on in the WHMCS seed, where a line says so."""
        for line in self.lines:
            if line.whmcs_quantities:
                product = next(p for p in products if p["pid"] == line.product.whmcs_id)
                product["allowqty"] = 1

    @property
    def units(self) -> list[Unit]:
        """What is to be there afterwards: an eSIM is always a unit of its own."""
        return [unit for number, line in enumerate(self.lines, 1) for unit in _units(number, line)]

    @property
    def esims(self) -> list[str]:
        """The unit keys of the eSIMs, sorted."""
        return sorted(unit.key for unit in self.units if unit.esim)

    def _items(self) -> Iterator[dict[str, Any]]:
        for number, line in enumerate(self.lines, 1):
            product = line.product
            serial = PRODUCTS.index(product) + 1
            yield {
                "Id": item_id(number),
                "OrderId": ORDER_ID,
                "PricebookEntryId": _entry_id(product),
                "Product2Id": record_id("Product2", serial),
                "Quantity": line.quantity,
                "UnitPrice": _unit_price(product, line.options),
                "Billing_Cycle__c": product.cycle,
                "ConfigOptions_JSON__c": snapshot(product, line.options),
                "Portal_Line_Key__c": line_key(number),
            }


def item_id(number: int) -> str:
    """The OrderItem of line `number`."""
    return f"8025j{number:010d}AAA"


def line_key(number: int) -> str:
    """`Portal_Line_Key__c` of line `number`."""
    return f"kill-{number}"


def snapshot(product: Product, chosen: Chosen) -> str:
    """`ConfigOptions_JSON__c`."""
    options = [option for option in product.options if option.id in chosen]
    selections = [_selection(option, chosen[option.id]) for option in options]
    return json.dumps({"version": 1, "selections": selections})


def _selection(option: Option, value: str | int | bool) -> dict[str, Any]:
    base = {
        "optionId": option.id,
        "label": option.label,
        "value": value,
        "whmcsOptionId": option.whmcs_id,
    }
    match option:
        case ChoiceOption():
            choice = next(choice for choice in option.choices if choice.id == value)
            return {
                **base,
                "kind": "choice",
                "valueLabel": choice.label,
                "whmcsChoiceId": choice.whmcs_id,
            }
        case QuantityOption():
            return {**base, "kind": "quantity"}
        case YesNoOption():
            return {**base, "kind": "yesno"}


def _unit_price(product: Product, chosen: Chosen) -> int:
    """With the options, as POST /orders writes it."""
    price = product.price
    for option in product.options:
        value = chosen.get(option.id)
        match option:
            case ChoiceOption():
                price += sum(c.price_delta for c in option.choices if c.id == value)
            case QuantityOption():
                price += option.unit_price * int(value or 0)
            case YesNoOption():
                price += option.price if value else 0
    return price


def _units(number: int, line: Line) -> Iterator[Unit]:
    product = line.product
    esim = product.gigs_plan is not None
    together = line.whmcs_quantities and not esim
    for copy in range(1, 2 if together else line.quantity + 1):
        yield Unit(
            key=f"{line_key(number)}:{copy}",
            item_id=item_id(number),
            pid=product.whmcs_id,
            quantity=line.quantity if together else 1,
            options=dict(_stored(product, line.options)),
            esim=esim,
        )


def _stored(product: Product, chosen: Chosen) -> Iterator[tuple[int, tuple[int | None, int]]]:
    for option in product.options:
        value = chosen.get(option.id)
        if isinstance(option, ChoiceOption) and isinstance(value, str):
            choice = next(choice for choice in option.choices if choice.id == value)
            yield option.whmcs_id, (choice.whmcs_id, 0)
        elif isinstance(option, QuantityOption | YesNoOption) and value:
            yield option.whmcs_id, (option.whmcs_choice_id, int(value))


def _entry_id(product: Product) -> str:
    """Entries are numbered as the demo's seed numbers them: standard book, then ours."""
    serial = 0
    for other in PRODUCTS:
        serial += 2 if other.in_portal_pricebook else 1
        if other is product:
            return record_id("PricebookEntry", serial)
    raise LookupError(product.sku)


VOICE = Line(
    sku="ESIM-VOICE-10GB",
    options={"speed-after-allowance": "1mbps", "voicemail": True, "international-credit": 2},
)
FIBRE = Line(sku="INTERNET-HOME-1G-GOLD", options={"router": "wifi6"})
INSTALLATION = Line(sku="INSTALLATION-SINGLE")

MIXED = Shape(name="esim+internet+onetime", lines=(VOICE, FIBRE, INSTALLATION))
NO_ESIM = Shape(
    name="no-esim",
    lines=(Line(sku="VPN-LONDON", options={"extra-devices": 3}), INSTALLATION),
)
TWO_ESIMS = Shape(name="two-esims", lines=(VOICE, Line(sku="ESIM-DATA-5GB")))
QUANTITIES = Shape(
    name="quantities",
    lines=(
        Line(sku="ESIM-DATA-5GB", quantity=2, options={"content-filter": True}),
        Line(sku="VPN-LONDON", quantity=2, options={"extra-devices": 1}),
        Line(sku="ACTIVATION-ESIM", quantity=2, whmcs_quantities=True),
    ),
)
SHAPES = (MIXED, NO_ESIM, TWO_ESIMS, QUANTITIES)
