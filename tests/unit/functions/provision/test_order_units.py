"""From lines to units: quantities, cycles, options within what WHMCS sells."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal

import pytest
from portal.domain.provisioning_order import LoadedOrder, ProvisionLine
from portal.engine.failures import StopWorkflow
from portal.ports.billing_orders import BillingOption, BillingProduct, OptionKind

from functions.provision.order_units import MOST_UNITS, fingerprint, planned_lines, product_ids
from functions.provision.records import Unit
from tests.fakes.provisioning import billing_product, esim_line, loaded_order, order_line


def units(order: LoadedOrder, products: Mapping[int, BillingProduct]) -> list[Unit]:
    lines = planned_lines(order, products, "gigs")
    return [unit for line in lines for unit in line.units()]


def plan(line: ProvisionLine, **product: object) -> list[Unit]:
    pid = line.whmcs_product_id or 0
    return units(loaded_order(line), {pid: billing_product(pid, **product)})


def stopped(line: ProvisionLine, **product: object) -> StopWorkflow:
    with pytest.raises(StopWorkflow) as stop:
        plan(line, **product)
    return stop.value


@pytest.mark.parametrize(
    ("line", "allows", "quantities"),
    [
        (order_line(quantity=Decimal(3)), True, [3]),
        (order_line(quantity=Decimal(3)), False, [1, 1, 1]),
        (order_line(), False, [1]),
        (esim_line(1, quantity=Decimal(2)), True, [1, 1]),
    ],
)
def test_quantities(line: ProvisionLine, allows: bool, quantities: list[int]) -> None:
    units = plan(line, allows_quantity=allows)
    assert [unit.quantity for unit in units] == quantities
    assert [unit.key for unit in units] == [f"line-1:{n}" for n in range(1, len(quantities) + 1)]


def test_the_largest_order() -> None:
    assert len(plan(order_line(quantity=Decimal(MOST_UNITS)))) == MOST_UNITS
    assert stopped(order_line(quantity=Decimal(MOST_UNITS + 1))).code == "order-too-large"


def test_one_product_with_the_reference_field_is_enough() -> None:
    order = loaded_order(order_line(1), order_line(2))
    products = {101: billing_product(101, ref_field_id=None), 102: billing_product(102)}
    assert [unit.ref_field_id for unit in units(order, products)] == [None, 12]


@pytest.mark.parametrize(
    ("wanted", "offered", "cycle"),
    [
        ("Monthly", {"monthly", "annually"}, "monthly"),
        ("", {"annually"}, "annually"),
        ("annually", set(), "annually"),
    ],
)
def test_cycles(wanted: str, offered: set[str], cycle: str) -> None:
    (unit,) = plan(order_line(billing_cycle=wanted), cycles=frozenset(offered))
    assert unit.cycle == cycle


@pytest.mark.parametrize(
    ("wanted", "offered", "message"),
    [
        ("annually", {"triennially", "monthly"}, "annually; WHMCS has monthly, triennially."),
        ("", {"monthly", "annually"}, "without a cycle; WHMCS has annually, monthly."),
        ("", set(), "without a cycle; WHMCS has none to offer."),
    ],
)
def test_cycles_that_cannot_be_ordered(wanted: str, offered: set[str], message: str) -> None:
    stop = stopped(order_line(billing_cycle=wanted), cycles=frozenset(offered))
    assert stop.code == "billing-cycle-unavailable"
    assert stop.message == f"Product 1 is ordered {message}"


def option(kind: OptionKind, **changes: object) -> BillingProduct:
    choices = {8: "5 GB"} if kind is OptionKind.CHOICE else {}
    made = BillingOption(id=4, name="O", kind=kind, choices=choices, **changes)  # type: ignore[arg-type]  # by name
    return billing_product(101, options={4: made})


def chosen(kind: OptionKind, value: int) -> ProvisionLine:
    names = {OptionKind.CHOICE: "whmcsChoiceId"}
    selection: dict[str, object] = {
        "kind": kind.value,
        "optionId": "o",
        "label": "O",
        "value": {OptionKind.CHOICE: "x", OptionKind.YES_NO: True}.get(kind, value),
        "whmcsOptionId": 4,
    }
    if kind in names:
        selection |= {names[kind]: value, "valueLabel": "X"}
    return order_line(options_json=json.dumps({"version": 1, "selections": [selection]}))


@pytest.mark.parametrize(
    ("kind", "value", "limits", "shown"),
    [
        (OptionKind.CHOICE, 8, {}, "5 GB"),
        (OptionKind.YES_NO, 1, {}, "1"),
        (OptionKind.QUANTITY, 2, {"minimum": 2, "maximum": 5}, "2"),
        (OptionKind.QUANTITY, 5, {"minimum": 2, "maximum": 5}, "5"),
        (OptionKind.QUANTITY, 900, {"minimum": 2}, "900"),
    ],
)
def test_options_that_fit(kind: OptionKind, value: int, limits: dict[str, int], shown: str) -> None:
    (unit,) = units(loaded_order(chosen(kind, value)), {101: option(kind, **limits)})
    assert (unit.options, unit.shown) == ({4: value}, {4: shown})


@pytest.mark.parametrize(
    ("kind", "value", "limits"),
    [
        (OptionKind.CHOICE, 9, {}),
        (OptionKind.QUANTITY, 1, {"minimum": 2, "maximum": 5}),
        (OptionKind.QUANTITY, 6, {"minimum": 2, "maximum": 5}),
    ],
)
def test_options_that_do_not(kind: OptionKind, value: int, limits: dict[str, int]) -> None:
    with pytest.raises(StopWorkflow, match="options-invalid"):
        units(loaded_order(chosen(kind, value)), {101: option(kind, **limits)})


def test_a_choice_is_no_quantity() -> None:
    """The id of a choice is large: as a number it would be a quantity nobody meant."""
    with pytest.raises(StopWorkflow, match="options-invalid"):
        units(
            loaded_order(chosen(OptionKind.CHOICE, 9)),
            {101: option(OptionKind.YES_NO)},
        )


def test_lines_that_are_not_mapped_are_named() -> None:
    unnamed = order_line(2, name="", whmcs_product_id=None)
    order = loaded_order(order_line(1, whmcs_product_id=None), unnamed, order_line(3))
    with pytest.raises(StopWorkflow, match=f"Not mapped: Product 1, {unnamed.id}"):
        product_ids(order)


def test_products_are_asked_for_once() -> None:
    lines = (order_line(2), order_line(1), order_line(3, whmcs_product_id=101))
    assert product_ids(loaded_order(*lines)) == [101, 102]


def test_a_fingerprint_is_of_what_is_ordered_in_any_order() -> None:
    units = plan(order_line(quantity=Decimal(2)))
    known = fingerprint(units, 42)
    assert fingerprint(units[::-1], 42) == known
    assert fingerprint(units, 43) != known
    for change in (
        {"pid": 5},
        {"quantity": 5},
        {"cycle": "annually"},
        {"options": {4: 8}},
        {"esim_plan": "p"},
    ):
        assert fingerprint([units[0].model_copy(update=change), units[1]], 42) != known
    renamed = [unit.model_copy(update={"name": "Another"}) for unit in units]
    assert fingerprint(renamed, 42) == known
