"""Well-formed answers that say nothing of what is documented, after the request took effect."""

from __future__ import annotations

import json
from typing import Any

import pytest
from portal.engine.states import Status

from local.emulators.kit.faults import Fault
from tests.unit.functions.provision.emulated import Office, Servers, servers
from tests.unit.functions.provision.seeds import ESIM, FIBRE

__all__ = ["servers"]

OPERATIONS = [
    ("whmcs", "GetProducts"),
    ("whmcs", "GetPayMethods"),
    ("whmcs", "AddOrder"),
    ("whmcs", "AcceptOrder"),
    ("whmcs", "GetClientsProducts"),
    ("salesforce", "query"),
    ("salesforce", "PATCH Order"),
    ("salesforce", "composite"),
    ("gigs", "POST users"),
    ("gigs", "POST subscriptions"),
    ("gigs", "GET subscriptions"),
]


def answered(servers: Servers, vendor: str, operation: str, body: Any) -> Office:
    office = Office(servers, (FIBRE, 1), (ESIM, 2))
    fault = Fault(kind="replace", operation=operation, status=200, body=body)
    added = getattr(servers, vendor).emulator.faults.add(fault)
    office.run()
    assert added.hits == 1
    assert "internal-error" not in {code for code, _ in office.observer.retries}
    return office


@pytest.mark.parametrize("body", [{}, [], "text"], ids=json.dumps)
@pytest.mark.parametrize(("vendor", "operation"), OPERATIONS)
def test_nothing_that_can_be_read(servers: Servers, vendor: str, operation: str, body: Any) -> None:
    answered(servers, vendor, operation, body).assert_provisioned(esims=2)


@pytest.mark.parametrize(
    "body", [{"result": "success"}, {"result": "success", "warning": "Payment failed"}]
)
@pytest.mark.parametrize(
    "operation", [operation for vendor, operation in OPERATIONS if vendor == "whmcs"]
)
def test_half_a_success_of_whmcs(servers: Servers, operation: str, body: dict[str, str]) -> None:
    """Where an empty list makes sense it stops the order; pressing again goes on, once."""
    office = answered(servers, "whmcs", operation, body)
    if office.job.status is Status.FAILED:
        office.run()
    office.assert_provisioned(esims=2)
