"""Which services are taken for what was ordered, and what is said about those that are not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from portal.engine.failures import StopWorkflow
from portal.ports.billing_orders import BillingService

from functions.provision.option_labels import kept
from functions.provision.records import Unit
from functions.provision.service_matching import match


def unit(key: str = "a:1", **changes: object) -> Unit:
    values: dict[str, object] = {
        "key": key,
        "line_id": key,
        "name": "Fibre",
        "pid": 101,
        "quantity": 1,
        "cycle": "monthly",
        "options": {},
        "shown": {},
    }
    return Unit.model_validate({**values, **changes})


def service(number: int = 1, **changes: Any) -> BillingService:
    values: dict[str, Any] = {
        "id": number,
        "order_id": 7,
        "pid": 101,
        "quantity": 1,
        "billing_cycle": "monthly",
        "active": True,
        "status": "Active",
        "custom_fields": {},
        "options": {},
        "recurring": Decimal(1),
    }
    return BillingService(**{**values, **changes})


def shows(expected: str, shown: str | None) -> bool:
    """Whether a service that shows this is as ordered."""
    options = {} if shown is None else {4: shown}
    try:
        match([unit(shown={4: kept(expected)})], [service(options=options)])
    except StopWorkflow:
        return False
    return True


@pytest.mark.parametrize(
    ("expected", "shown"),
    [
        ("10 GB", "10 GB"),
        ("10 GB", "10  gb "),
        ("ten|10 GB", "10 GB"),
        ("10 GB", "ten|10 GB"),
        ("1", "Yes"),
        ("1", "on"),
        ("1", "true"),
        ("1", "1"),
        ("3", "3"),
        ("3", "3 x Device 100 JPY"),
        ("3", "3 \u00d7 Device"),
    ],
)
def test_an_option_as_ordered(expected: str, shown: str) -> None:
    assert shows(expected, shown)


@pytest.mark.parametrize(
    ("expected", "shown"),
    [
        ("10 GB", "5 GB"),
        ("10 GB", None),
        ("10 GB", ""),
        ("10 GB", "Yes"),
        ("2", "Yes"),
        ("1", "No"),
        ("1", "0"),
        ("3", "4 x Device"),
        ("3", "30"),
        ("3", "3 devices"),
        ("", ""),
    ],
)
def test_another_option(expected: str, shown: str | None) -> None:
    assert not shows(expected, shown)


@pytest.mark.parametrize("changes", [{"pid": 102}, {"billing_cycle": "annually"}, {"quantity": 2}])
def test_another_service(changes: dict[str, Any]) -> None:
    with pytest.raises(StopWorkflow) as stopped:
        match([unit()], [service(**changes)])
    assert stopped.value.code == "service-mismatch"
    missing = "WHMCS has no service for Fibre (product 101)."
    different = "WHMCS service 1 is not as ordered: Fibre, cycle, options or quantity differ."
    assert stopped.value.message == (missing if "pid" in changes else different)


def test_nothing_but_what_was_ordered() -> None:
    with pytest.raises(StopWorkflow, match=r"services that nobody ordered: 2, 3\."):
        match([unit()], [service(3), service(1), service(2)])


def test_units_that_are_alike_take_services_by_id() -> None:
    units = [unit("b:1"), unit("a:1"), unit("a:2")]
    expected = {"a:1": [1], "a:2": [2], "b:1": [3]}
    assert match(units, [service(2), service(3), service(1)]) == expected
    assert match(units[::-1], [service(3), service(1), service(2)]) == expected


def test_units_that_say_more_choose_first() -> None:
    units = [unit("a:1"), unit("b:1", shown={4: "10 GB"})]
    services = [service(1, options={4: "10 GB"}), service(2, options={4: "5 GB"})]
    assert match(units, services) == {"a:1": [2], "b:1": [1]}


@pytest.mark.parametrize("pieces", [(3,), (1, 2), (1, 1, 1)])
def test_a_quantity_may_be_one_service_or_several(pieces: tuple[int, ...]) -> None:
    services = [service(number, quantity=piece) for number, piece in enumerate(pieces, 1)]
    assert match([unit(quantity=3)], services) == {"a:1": [one.id for one in services]}


def test_a_quantity_is_not_rounded() -> None:
    for pieces in ((2,), (2, 2), (4,), (1, 1, 1, 1)):
        services = [service(number, quantity=piece) for number, piece in enumerate(pieces, 1)]
        with pytest.raises(StopWorkflow):
            match([unit(quantity=3)], services)
