"""Two clients that others wrote against real WHMCS installations."""

from __future__ import annotations

from typing import Any

import pytest
import whmcs_client
from whmcspy import WHMCS, exceptions

from tests.emulators.whmcs.support import FIBRE, HANAKO, NEW_CLIENT, SIM, Api


@pytest.fixture
def spy(api: Api) -> WHMCS:
    return WHMCS(api.url, "local-identifier", "local-secret")


@pytest.fixture
def generated(api: Api) -> Any:
    """Any: every field of its models is optional, which says nothing about WHMCS."""
    configuration = whmcs_client.Configuration(host=f"{api.base}/includes")
    return whmcs_client.DefaultApi(whmcs_client.ApiClient(configuration))


KEYS: dict[str, Any] = {"username": "local-identifier", "password": "local-secret"}


def test_whmcspy_orders_from_start_to_end(api: Api, spy: WHMCS) -> None:
    client = spy.add_client(**NEW_CLIENT)
    order = spy.add_order(
        client,
        paymentmethod="stripe",
        products=[{"id": SIM, "domain": "a"}, {"id": FIBRE, "domain": "b"}],
        noinvoice=True,
    )
    spy.accept_order(order["orderid"])
    services = list(spy.get_clients_products(active=True, clientid=client))
    assert [service["domain"] for service in services] == ["a", "b"]
    for _ in range(30):
        spy.add_order(client, paymentmethod="stripe", products=[{"id": SIM, "domain": ""}])
    orders = list(spy.get_orders(userid=client))
    assert len(orders) == 31, "it pages until nothing comes"
    spy.cancel_order(orders[0]["id"])
    spy.delete_order(orders[0]["id"])
    assert spy.get_invoice(orders[1]["invoiceid"])["status"] == "Unpaid"


def test_whmcspy_tells_permissions_from_errors(api: Api, spy: WHMCS) -> None:
    with pytest.raises(exceptions.Error, match="Client ID Not Found"):
        spy.add_order(999, paymentmethod="stripe", products=[{"id": SIM, "domain": ""}])
    api.emulator.set_switches({"denied_actions": ["GetOrders"]})
    with pytest.raises(exceptions.MissingPermission, match='"getorders" is not allowed'):
        list(spy.get_orders())
    with pytest.raises(exceptions.MissingPermission, match="Authentication Failed"):
        WHMCS(api.url, "local-identifier", "wrong").call("GetClients")


def test_generated_client(api: Api, generated: Any) -> None:
    added = generated.add_client(**KEYS, **NEW_CLIENT)
    assert added.result == "success"
    order = generated.add_order(
        **KEYS,
        clientid=added.clientid,
        paymentmethod="stripe",
        pid=[SIM, FIBRE],
        qty=[2, 1],
        billingcycle=["monthly", "annually"],
        domain=["", "b"],
    )
    assert order.productids == ["1", "2"]
    assert order.invoiceid == "1"
    services = api.services(clientid=added.clientid)
    assert [(s["qty"], s["billingcycle"]) for s in services] == [(2, "Monthly"), (1, "Annually")]
    assert generated.get_orders(**KEYS, userid=added.clientid).totalresults == 1
    assert generated.get_clients_details(**KEYS, clientid=HANAKO).client.email == (
        "hanako@example.com"
    )
    assert generated.get_invoices(**KEYS).invoices["invoice"][0]["total"] == "63300.00"
    assert [c.id for c in generated.get_clients(**KEYS, search="taro").clients.client] == [
        added.clientid
    ]
    assert generated.update_client(**KEYS, clientid=HANAKO, city="Kobe").clientid == str(HANAKO)
    assert generated.get_currencies(**KEYS).currencies.currency[0].code == "JPY"
    methods = generated.get_payment_methods(**KEYS).paymentmethods.paymentmethod
    assert [method.module for method in methods] == ["stripe", "banktransfer"]
    assert generated.get_products(**KEYS).totalresults == 5
    assert generated.cancel_order(**KEYS, orderid=1).result == "success"
    assert generated.delete_order(**KEYS, orderid=1).result == "success"


def test_generated_client_sees_business_errors_in_the_body(
    generated: Any,
) -> None:
    answer = generated.add_order(**KEYS, clientid=999, paymentmethod="stripe", pid=[SIM])
    assert (answer.result, answer.message) == ("error", "Client ID Not Found")
