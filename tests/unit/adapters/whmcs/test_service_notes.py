"""The ICCID of a service in WHMCS, against the emulator."""

from __future__ import annotations

from typing import Any

import pytest
from portal.adapters.whmcs.service_notes import WhmcsServiceNotes, with_iccid

from local.demo.products import PRODUCTS
from tests.vendors import Vendors, add_client

PID = next(product.whmcs_id for product in PRODUCTS if product.sku == "ESIM-DATA-5GB")
OLD, NEW = "8981000000000000001", "8981000000000000002"


def ordered(vendors: Vendors, client_id: int = 42) -> int:
    """A service of the client; its number."""
    add_client(vendors, client_id)
    line = {"pid": PID, "billingcycle": "monthly"}
    vendors.whmcs.seed(
        {"orders": [{"clientid": client_id, "paymentmethod": "stripe", "lines": [line]}]}
    )
    return max(found.id for found in vendors.whmcs.store.services.where(lambda _: True))


def stored(vendors: Vendors, number: int) -> Any:
    return vendors.whmcs.store.services.get(number)


def write(vendors: Vendors, number: int, client_id: int = 42, iccid: str = NEW) -> bool:
    notes = WhmcsServiceNotes(vendors.whmcs_client())
    return notes.write_iccid(number, client_id=client_id, iccid=iccid, before=OLD)


def test_notes_of_staff_are_kept_and_writing_twice_is_writing_once(vendors: Vendors) -> None:
    number = ordered(vendors)
    stored(vendors, number).notes = "VIP customer\nCall before 18:00"
    vendors.forget_calls()
    assert write(vendors, number)
    assert vendors.calls() == {"whmcs GetClientsProducts": 1, "whmcs UpdateClientProduct": 1}
    expected = f"VIP customer\nCall before 18:00\neSIM ICCID: {NEW} (replaced {OLD})"
    assert stored(vendors, number).notes == expected
    assert write(vendors, number)
    assert stored(vendors, number).notes == expected


def test_the_custom_field_goes_by_its_name(vendors: Vendors) -> None:
    number = ordered(vendors)
    product = vendors.whmcs.store.products[PID]
    field = product.customfields[0].model_copy(update={"id": 991, "name": "esim iccid"})
    vendors.whmcs.store.products[PID] = product.model_copy(
        update={"customfields": [*product.customfields, field]}
    )
    before = dict(stored(vendors, number).customfields)
    assert write(vendors, number)
    assert stored(vendors, number).customfields == {**before, 991: NEW}


@pytest.mark.parametrize("client_id", [43, 999])
def test_another_clients_service_is_not_touched(vendors: Vendors, client_id: int) -> None:
    number = ordered(vendors)
    assert not write(vendors, number, client_id)
    assert stored(vendors, number).notes == ""


def test_notes_that_are_full_are_left() -> None:
    full = "x" * 59_990
    assert with_iccid(full, NEW, OLD) == full
    assert with_iccid("", OLD, OLD) == f"eSIM ICCID: {OLD}"
