"""The real steps and adapters against emulated Salesforce, WHMCS and Gigs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from portal.engine.states import Status

from local.emulators.kit.faults import Fault
from tests.fakes.provisioning import ORDER_ID
from tests.unit.functions.provision.emulated import Office, Servers, servers
from tests.unit.functions.provision.seeds import ESIM, FEE, FIBRE

__all__ = ["servers"]


def code(office: Office) -> str:
    assert office.job.last_error is not None
    return office.job.last_error.code


def test_an_order_in_everybodys_books(servers: Servers) -> None:
    office = Office(servers, (FIBRE, 1), (ESIM, 2), (FEE, 1))
    office.run()
    office.assert_provisioned(esims=2)
    assert office.calls("salesforce") == ["query", "PATCH Order", "composite"]
    assert office.calls("whmcs") == [
        "GetProducts",
        "GetPayMethods",
        "AddOrder",
        "AcceptOrder",
        "GetClientsProducts",
    ]
    assert office.calls("gigs") == [
        "POST users",
        "POST subscriptions",
        "POST subscriptions",
        "GET subscriptions",
    ]
    items = servers.salesforce.emulator.dump()["OrderItem"]
    services = {str(service["id"]) for service in office.whmcs_state()["services"]}
    written = [number for item in items for number in item["WHMCS_Service_ID__c"].split(",")]
    assert len(written) == 4
    assert set(written) == services


def test_a_hundred_lines_cost_the_same_calls(servers: Servers) -> None:
    office = Office(servers, *((FIBRE, 1) for _ in range(100)))
    office.run()
    office.assert_provisioned(esims=0)
    assert (len(office.calls("salesforce")), len(office.calls("whmcs"))) == (3, 5)


def test_options_and_reference_are_what_whmcs_has(servers: Servers) -> None:
    office = Office(servers, (ESIM, 1))
    office.run()
    (service,) = office.whmcs_state()["services"]
    assert service["configoptions"]["4"]["option_id"] == 9
    assert service["configoptions"]["6"]["qty"] == 1
    assert list(service["customfields"].values()) == [ORDER_ID]
    assert office.job.steps["verify"].data["warnings"] == [
        "Product 201: ordered 1000.00, WHMCS 1800.00"
    ]


@pytest.mark.parametrize("kind", ["drop_answer", "reset_after", "reset", "html", "garble"])
@pytest.mark.parametrize(
    ("vendor", "operation"),
    [
        ("whmcs", "GetProducts"),
        ("whmcs", "AddOrder"),
        ("whmcs", "AcceptOrder"),
        ("whmcs", "GetClientsProducts"),
        ("salesforce", "query"),
        ("salesforce", "PATCH Order"),
        ("salesforce", "composite"),
        ("gigs", "POST users"),
        ("gigs", "POST subscriptions"),
        ("gigs", "GET subscriptions"),
    ],
)
def test_vendors_fail_in_every_way(
    servers: Servers, vendor: str, operation: str, kind: Any
) -> None:
    office = Office(servers, (FIBRE, 1), (ESIM, 2))
    fault = getattr(servers, vendor).emulator.faults.add(Fault(kind=kind, operation=operation))
    office.run()
    office.assert_provisioned(esims=2)
    assert fault.hits == 1


@pytest.mark.parametrize(
    "switches",
    [
        {"empty_lists": "string", "ids": "strings", "totals": "strings"},
        {"empty_lists": "absent", "single_items": "object"},
        {"empty_lists": "list", "single_items": "indexed", "ids": "numbers"},
        {"status_key": True, "html_entities": True},
        {"quantity": "many_services", "orders_order": "shuffled", "add_order_notes": "kept"},
    ],
)
def test_every_dialect_of_whmcs(servers: Servers, switches: dict[str, Any]) -> None:
    office = Office(servers, (ESIM, 1))
    servers.whmcs.emulator.set_switches(switches)
    servers.whmcs.emulator.faults.add(Fault(kind="drop_answer", operation="AddOrder"))
    servers.whmcs.emulator.faults.add(Fault(kind="drop_answer", operation="AcceptOrder"))
    office.run()
    office.assert_provisioned(esims=1)


def test_a_locked_row_is_tried_again(servers: Servers) -> None:
    office = Office(servers, (FIBRE, 1))
    servers.salesforce.emulator.set_switches({"lock_row_writes": {"OrderItem": 1}})
    office.run()
    office.assert_provisioned(esims=0)
    assert office.observer.retries == [("salesforce-unavailable", 30.0)]


def test_an_activated_order_can_be_written_to(servers: Servers) -> None:
    office = Office(servers, (FIBRE, 1))
    office.edit_order(Status="Activated")
    office.run()
    office.assert_provisioned(esims=0)


def test_salesforce_does_not_let_us(servers: Servers) -> None:
    office = Office(servers, (FIBRE, 1))
    office.edit_order(Status="Activated")
    servers.salesforce.emulator.set_switches({"edit_activated_orders": False})
    office.run()
    assert office.job.status is Status.FAILED
    assert code(office) in {"salesforce-refused", "salesforce-access-denied"}
    assert not office.whmcs_state()["orders"]


def test_a_schedule_is_kept(servers: Servers) -> None:
    office = Office(
        servers,
        (FIBRE, 1),
        Activation_Type__c="Scheduled",
        Activation_Scheduled_At__c="2030-01-01T09:00:00.000+0000",
    )
    office.press()
    office.work()
    assert office.job.status is Status.SCHEDULED
    assert office.job.due_at == 1893488400.0
    assert office.sf_order()["Provisioning_Status__c"] == "Scheduled"
    assert office.calls("whmcs") == []


def test_gigs_takes_its_time(servers: Servers) -> None:
    office = Office(servers, (ESIM, 1))
    servers.gigs.emulator.set_switches({"activation": "after_seconds", "pace_seconds": 600})
    office.press()
    office.work()
    assert code(office) == "esim-activation-pending"
    assert office.calls("whmcs") == ["GetProducts", "GetPayMethods"]
    servers.gigs.emulator.clock.advance(601)
    office.settle()
    office.assert_provisioned(esims=1)
    assert office.job.runs == 1


def test_gigs_gives_up(servers: Servers) -> None:
    office = Office(servers, (ESIM, 1))
    servers.gigs.emulator.set_switches({"activation": "fails"})
    office.run()
    assert code(office) == "esim-activation-failed"
    assert office.sf_order()["Provisioning_Error_Code__c"] == "esim-activation-failed"
    servers.gigs.emulator.set_switches({"activation": "immediate"})
    office.run()
    assert office.job.status is Status.SUCCEEDED
    assert [line["status"] for line in office.subscriptions()].count("active") == 1


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [("outOfStock", "esim-refused"), ("deviceNotSupportedOnPlan", "esim-refused")],
)
def test_gigs_refuses(servers: Servers, refusal: str, expected: str) -> None:
    office = Office(servers, (ESIM, 1))
    servers.gigs.emulator.set_switches({"refuse_subscriptions": refusal})
    office.run()
    assert code(office) == expected
    assert not office.whmcs_state()["orders"]


def test_a_user_that_gigs_has_already(servers: Servers) -> None:
    office = Office(servers, (ESIM, 1))
    servers.gigs.emulator.seed({"users": [{"email": "TARO@example.com"}]})
    office.run()
    office.assert_provisioned(esims=1)
    assert office.calls("gigs")[:2] == ["POST users", "POST users/search"]


def test_a_module_that_failed_is_run_again_and_nothing_else(servers: Servers) -> None:
    office = Office(servers, (FIBRE, 1), (FEE, 1))
    servers.whmcs.emulator.set_switches({"module_failures": {FIBRE: "the router is not there"}})
    office.run()
    assert code(office) == "module-failed"
    assert "the router is not there" in office.sf_order()["Provisioning_Error_Message__c"]
    servers.whmcs.emulator.set_switches({"module_failures": {}})
    office.run()
    office.assert_provisioned(esims=0)
    assert office.calls("whmcs").count("ModuleCreate") == 2
    assert office.calls("whmcs").count("AddOrder") == 1


def test_options_that_whmcs_does_not_take_are_noticed(servers: Servers) -> None:
    """A choice that WHMCS silently replaced by its minimum."""
    office = Office(servers, (ESIM, 1))
    original = office.ports.billing.add

    def forget_options(order: Any) -> Any:
        bare = [replace(line, options={}) for line in order.services]
        return original(replace(order, services=bare))

    office.ports.billing.add = forget_options  # type: ignore[method-assign]  # as if WHMCS had
    office.run()
    assert code(office) == "service-mismatch"


def test_what_somebody_wrote_in_salesforce_stays(servers: Servers) -> None:
    office = Office(servers, (FIBRE, 1))
    servers.salesforce.emulator.faults.add(
        Fault(kind="status", status=503, body="busy", operation="composite")
    )
    office.press()
    office.work()
    office.edit_order(WHMCS_Order_ID__c="999")
    office.settle()
    assert code(office) == "salesforce-conflict"
    order = office.sf_order()
    assert (order["WHMCS_Order_ID__c"], order["Provisioning_Status__c"]) == ("999", "Failed")
    assert "WHMCS_Order_ID__c is 999" in order["Provisioning_Error_Message__c"]
    office.edit_order(WHMCS_Order_ID__c=None)
    office.run()
    office.assert_provisioned(esims=0)


def test_a_closed_client(servers: Servers) -> None:
    office = Office(servers, (FIBRE, 1))
    books = servers.whmcs.emulator.store  # type: ignore[attr-defined]  # WHMCS' own
    books.clients.get(42).status = "Closed"
    office.run()
    assert code(office) == "whmcs-client-closed"
