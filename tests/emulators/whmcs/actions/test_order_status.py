"""AcceptOrder and the other moves; reading orders back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulators.whmcs.support import BLOCKED, FIBRE, HANAKO, ROUTER, SIM, Api

NOT_PENDING = "Order ID not found or Status not Pending"


def statuses(api: Api) -> tuple[str, list[str]]:
    state = api.state()
    return state["orders"][-1]["status"], [s["status"] for s in state["services"]]


def test_accept_order_activates_and_runs_modules(api: Api) -> None:
    answer = api.order(FIBRE, ROUTER, SIM)
    assert api.ok("AcceptOrder", orderid=answer["orderid"]) == {"result": "success"}
    assert statuses(api) == ("Active", ["Active"] * 3)
    calls = [(call["serviceId"], call["action"]) for call in api.state()["moduleCalls"]]
    assert calls == [(1, "create")], "no module on the router, no autosetup on the SIM"
    assert api.services()[0]["username"] == "svc1"


@pytest.mark.parametrize(("autosetup", "runs"), [("1", [1, 2]), ("0", []), ("", [1])])
def test_autosetup_overrides_the_product(api: Api, autosetup: str, runs: list[int]) -> None:
    answer = api.order(FIBRE, SIM)
    api.ok("AcceptOrder", orderid=answer["orderid"], autosetup=autosetup, sendemail=1)
    assert [call["serviceId"] for call in api.state()["moduleCalls"]] == runs
    assert statuses(api) == ("Active", ["Active"] * 2)
    assert api.state()["emails"][-1]["template"].endswith("Welcome Email")


def test_accepting_twice_says_what_a_missing_order_says(api: Api) -> None:
    answer = api.order(SIM)
    api.ok("AcceptOrder", orderid=answer["orderid"])
    assert api.refused("AcceptOrder", orderid=answer["orderid"]) == NOT_PENDING
    assert api.refused("AcceptOrder", orderid=999) == NOT_PENDING
    assert api.refused("AcceptOrder") == NOT_PENDING


def test_module_failure_leaves_its_line_pending(api: Api, switch: Any) -> None:
    switch(module_failures={FIBRE: "Could not reach the OLT"})
    answer = api.order(FIBRE, ROUTER)
    assert api.refused("AcceptOrder", orderid=answer["orderid"]) == "Could not reach the OLT"
    assert statuses(api) == ("Pending", ["Pending", "Active"])
    queue = api.ok("GetModuleQueue", serviceType="service", moduleName="portalstub")
    assert queue["count"] == 1
    entry = queue["queue"][0]
    assert (entry["serviceId"], entry["relatedId"], entry["moduleAction"]) == (1, 1, "create")
    assert entry["lastAttemptError"] == "Could not reach the OLT"
    assert api.refused("ModuleCreate", serviceid=1) == "Could not reach the OLT"
    assert api.ok("GetModuleQueue")["queue"][0]["numRetries"] == 1
    switch(module_failures={})
    api.ok("ModuleCreate", accountid=1)
    assert statuses(api) == ("Pending", ["Active", "Active"])
    assert api.ok("GetModuleQueue")["queue"] == []
    api.ok("AcceptOrder", orderid=answer["orderid"])
    assert len(api.state()["moduleCalls"]) == 3, "active lines are not set up again"


def test_order_may_become_active_in_spite_of_a_module_failure(api: Api, switch: Any) -> None:
    switch(module_failures={FIBRE: "no"}, order_after_module_failure="Active")
    answer = api.order(FIBRE)
    assert api.refused("AcceptOrder", orderid=answer["orderid"]) == "no"
    assert statuses(api) == ("Active", ["Pending"])


def test_module_refusals(api: Api, switch: Any) -> None:
    api.order(FIBRE, ROUTER)
    for action in ("ModuleCreate", "ModuleCustom"):
        assert api.refused(action) == "Service ID is required"
        assert api.refused(action, serviceid=9) == "Service ID not found"
        assert api.refused(action, serviceid=2) == "Service not assigned to a module"
    api.ok("ModuleCustom", serviceid=1, func_name="reissue")
    assert api.state()["moduleCalls"][-1]["action"] == "reissue"


def test_pending_cancel_delete(api: Api) -> None:
    order = api.order(SIM)
    api.ok("AcceptOrder", orderid=order["orderid"])
    assert api.refused("CancelOrder", orderid=order["orderid"]) == NOT_PENDING
    undeletable = "The order status must be in Cancelled or Fraud to be deleted"
    assert api.refused("DeleteOrder", orderid=order["orderid"]) == undeletable
    api.ok("PendingOrder", orderid=order["orderid"])
    assert statuses(api) == ("Pending", ["Pending"])
    api.ok("CancelOrder", orderid=order["orderid"])
    assert statuses(api) == ("Cancelled", ["Cancelled"])
    assert api.ok("GetInvoice", invoiceid=order["invoiceid"])["status"] == "Cancelled"
    api.ok("DeleteOrder", orderid=order["orderid"])
    state = api.state()
    assert (state["orders"], state["services"], state["invoices"]) == ([], [], [])
    assert api.order(SIM)["orderid"] == order["orderid"] + 1, "ids are not used twice"


def test_fraud(api: Api) -> None:
    order = api.order(SIM)
    api.ok("FraudOrder", orderid=order["orderid"])
    assert statuses(api) == ("Fraud", ["Fraud"])
    api.ok("DeleteOrder", orderid=order["orderid"])


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ("PendingOrder", "Order ID Not Found"),
        ("FraudOrder", "Order ID Not Found"),
        ("CancelOrder", NOT_PENDING),
        ("DeleteOrder", "Order ID not found"),
    ],
)
def test_missing_orders(api: Api, action: str, message: str) -> None:
    assert api.refused(action, orderid=999) == message


def test_get_orders_filters_pages_and_sorts(api: Api, switch: Any) -> None:
    for _ in range(7):
        api.order(SIM)
    api.order(SIM, clientid=BLOCKED)
    api.ok("AcceptOrder", orderid=3)

    def ids(**fields: Any) -> list[int]:
        return [order["id"] for order in api.ok("GetOrders", **fields)["orders"]["order"]]

    assert ids() == [8, 7, 6, 5, 4, 3, 2, 1]
    assert ids(userid=HANAKO, limitstart=2, limitnum=3) == [5, 4, 3]
    assert ids(status="active") == [3]
    assert ids(userid=BLOCKED) == [8]
    assert ids(requestor_id=api.ok("GetClientsDetails", clientid=BLOCKED)["owner_user_id"]) == [8]
    assert ids(id=5) == [5]
    switch(orders_order="oldest")
    assert ids() == [1, 2, 3, 4, 5, 6, 7, 8]
    switch(orders_order="shuffled")
    shuffled = ids()
    assert sorted(shuffled) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert shuffled not in ([1, 2, 3, 4, 5, 6, 7, 8], [8, 7, 6, 5, 4, 3, 2, 1])
    assert ids() == shuffled


def test_pages_are_25_by_default(api: Api) -> None:
    for _ in range(26):
        api.order(SIM, noinvoice=1, noemail=1)
    first = api.ok("GetClientsProducts", clientid=HANAKO)
    assert (first["totalresults"], first["numreturned"]) == (26, 25)
    rest = api.ok("GetClientsProducts", clientid=HANAKO, limitstart=25)
    assert (rest["startnumber"], rest["numreturned"]) == (25, 1)


def test_order_statuses(api: Api) -> None:
    api.order(SIM)
    counted = {s["title"]: s["count"] for s in api.ok("GetOrderStatuses")["statuses"]["status"]}
    assert counted == {"Pending": 1, "Active": 0, "Fraud": 0, "Cancelled": 0}
