"""The exact requests that ordering sends to WHMCS, and every answer that it must understand."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import phpserialize
import pytest
import responses
from portal.adapters.whmcs.client import WhmcsClient
from portal.adapters.whmcs.ordering_clients import WhmcsOrderingClients
from portal.adapters.whmcs.orders import WhmcsOrders
from portal.adapters.whmcs.products import WhmcsProducts
from portal.adapters.whmcs.services import WhmcsServices
from portal.domain.upstream import OutcomeUnknown, Refused, Unauthorized, Unavailable
from portal.ports.billing_orders import (
    ClientState,
    ModuleFailed,
    NewBillingOrder,
    NewService,
    NotPending,
    OptionKind,
    OrderRefused,
    OrderState,
)

from tests.vendors import FixedSecret

URL = "https://billing.example/includes/api.php"
CLIENT = WhmcsClient(url=URL, secret=FixedSecret(identifier="i", secret="s"))
REF = "8014x000000ABCDXYZ"
ORDER = NewBillingOrder(
    client_id=42,
    payment_method="stripe",
    ref=REF,
    notes=f"sfOrderId={REF}",
    services=[
        NewService(
            pid=185, quantity=1, billing_cycle="monthly", options={4: 9, 5: 3}, ref_field_id=12
        ),
        NewService(pid=242, quantity=1, billing_cycle="onetime", ref_field_id=None),
    ],
)


@pytest.fixture
def whmcs() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def answer(mock: responses.RequestsMock, body: dict[str, Any], status: int = 200) -> None:
    mock.post(URL, json={"result": "success", **body}, status=status)


def error(mock: responses.RequestsMock, message: str, status: int = 200) -> None:
    mock.post(URL, json={"result": "error", "message": message}, status=status)


def sent(mock: responses.RequestsMock, number: int = 0) -> dict[str, str]:
    body = mock.calls[number].request.body
    assert isinstance(body, str)
    fields = dict(parse_qsl(body, keep_blank_values=True))
    for name in ("identifier", "secret", "responsetype"):
        fields.pop(name)
    return fields


def test_add_order(whmcs: responses.RequestsMock) -> None:
    answer(whmcs, {"orderid": 76, "productids": "66,67", "serviceids": "66,67", "invoiceid": 70})
    placed = WhmcsOrders(CLIENT).add(ORDER)
    assert (placed.order_id, placed.service_ids) == (76, (66, 67))
    assert sent(whmcs) == {
        "action": "AddOrder",
        "clientid": "42",
        "paymentmethod": "stripe",
        "pid[0]": "185",
        "pid[1]": "242",
        "billingcycle[0]": "monthly",
        "billingcycle[1]": "onetime",
        "configoptions[0]": "YToyOntpOjQ7aTo5O2k6NTtpOjM7fQ==",
        "configoptions[1]": "",
        "customfields[0]": "YToxOntpOjEyO3M6MTg6IjgwMTR4MDAwMDAwQUJDRFhZWiI7fQ==",
        "customfields[1]": "",
        "notes": f"sfOrderId={REF}",
        "noemail": "1",
    }


def test_quantities_are_parallel_too(whmcs: responses.RequestsMock) -> None:
    answer(whmcs, {"orderid": "76", "productids": "66"})
    lines = [
        NewService(pid=1, quantity=3, billing_cycle="monthly"),
        NewService(pid=2, quantity=1, billing_cycle="monthly"),
    ]
    placed = WhmcsOrders(CLIENT).add(
        NewBillingOrder(client_id=42, payment_method="stripe", ref=REF, notes="", services=lines)
    )
    assert placed.service_ids == (66,)
    assert (sent(whmcs)["qty[0]"], sent(whmcs)["qty[1]"]) == ("3", "1")


def test_an_independent_reader_understands_our_maps(whmcs: responses.RequestsMock) -> None:
    answer(whmcs, {"orderid": 76})
    WhmcsOrders(CLIENT).add(ORDER)
    field = base64.b64decode(sent(whmcs)["customfields[0]"])
    assert phpserialize.loads(field) == {12: REF.encode()}


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("Client ID Not Found", "whmcs-client-missing"),
        ("Unable to add order when client status is Closed", "whmcs-client-closed"),
        ("No items added to cart so order cannot proceed", "product-unknown"),
        ("Invalid Billing Cycle Requested", "billing-cycle-unavailable"),
    ],
)
def test_refusals_that_have_a_name(whmcs: responses.RequestsMock, message: str, code: str) -> None:
    error(whmcs, message)
    with pytest.raises(OrderRefused) as refused:
        WhmcsOrders(CLIENT).add(ORDER)
    assert refused.value.code == code


def test_other_refusals_stay_refusals(whmcs: responses.RequestsMock) -> None:
    error(whmcs, "Invalid Payment Method. Valid options include paypal")
    with pytest.raises(Refused, match="Invalid Payment Method"):
        WhmcsOrders(CLIENT).add(ORDER)


@pytest.mark.parametrize("body", [{}, {"orderid": ""}, {"orderid": 0}, {"orderid": None}])
def test_success_without_an_order_is_not_trusted(
    whmcs: responses.RequestsMock, body: dict[str, Any]
) -> None:
    answer(whmcs, body)
    with pytest.raises(OutcomeUnknown):
        WhmcsOrders(CLIENT).add(ORDER)


@pytest.mark.parametrize("status", [200, 500, 502])
def test_html_after_a_write_is_an_unknown_outcome(
    whmcs: responses.RequestsMock, status: int
) -> None:
    whmcs.post(URL, body="<html>Fatal error</html>", status=status)
    with pytest.raises(OutcomeUnknown):
        WhmcsOrders(CLIENT).add(ORDER)


@pytest.mark.parametrize(("set_up", "flag"), [(True, "1"), (False, "0")])
def test_accept_order(whmcs: responses.RequestsMock, set_up: bool, flag: str) -> None:
    answer(whmcs, {})
    WhmcsOrders(CLIENT).accept(76, set_up=set_up)
    assert sent(whmcs) == {"action": "AcceptOrder", "orderid": "76", "autosetup": flag}


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Order ID not found or Status not Pending", NotPending),
        ("Could not connect to server", ModuleFailed),
        ("Authentication Failed", Unauthorized),
    ],
)
def test_accept_order_refused(
    whmcs: responses.RequestsMock, message: str, expected: type[Exception]
) -> None:
    error(whmcs, message, 403 if expected is Unauthorized else 200)
    with pytest.raises(expected):
        WhmcsOrders(CLIENT).accept(76, set_up=True)


@pytest.mark.parametrize(
    ("orders", "state"),
    [
        ({"order": [{"id": "76", "userid": "42", "status": "Active"}]}, OrderState.ACTIVE),
        ({"order": {"id": 76, "userid": 42, "status": "pending"}}, OrderState.PENDING),
        ({"order": [{"id": 76, "userid": 42, "status": "Waiting for papers"}]}, OrderState.OTHER),
        ({"order": [{"id": 75, "userid": 42, "status": "Active"}]}, None),
        ("", None),
        ([], None),
    ],
)
def test_one_order(whmcs: responses.RequestsMock, orders: Any, state: OrderState | None) -> None:
    answer(whmcs, {"totalresults": 1, "orders": orders})
    found = WhmcsOrders(CLIENT).get(76)
    assert (found.state if found else None) == state
    assert sent(whmcs) == {"action": "GetOrders", "id": "76"}


def test_orders_of_a_client_page_by_page_and_nobody_elses(whmcs: responses.RequestsMock) -> None:
    items = [
        {"id": n, "userid": 42, "status": "Pending", "date": "2026-11-23 01:02:03"} for n in (1, 2)
    ]
    answer(whmcs, {"totalresults": 3, "orders": {"order": items}})
    answer(whmcs, {"totalresults": 3, "orders": {"order": [{"id": 3, "userid": 7}]}})
    found = WhmcsOrders(CLIENT).of_client(42)
    assert [order.id for order in found] == [1, 2]
    assert found[0].placed_at is not None
    assert found[0].placed_at.hour == 1
    assert (sent(whmcs, 1)["limitstart"], sent(whmcs, 1)["userid"]) == ("2", "42")


SERVICE = {
    "id": "66",
    "clientid": "42",
    "orderid": "76",
    "pid": "185",
    "qty": 1,
    "billingcycle": "One Time",
    "status": "Active",
    "recurringamount": "0.00",
    "firstpaymentamount": "12000.00",
    "customfields": {
        "customfield": [{"id": "12", "name": "Portal Order Ref", "value": f" {REF} "}]
    },
    "configoptions": {"configoption": [{"id": 4, "option": "Speed", "value": "10 Gbps"}]},
}


def test_services_in_one_call(whmcs: responses.RequestsMock) -> None:
    other = {**SERVICE, "id": 67, "clientid": "7"}
    answer(whmcs, {"totalresults": "2", "products": {"product": [SERVICE, other]}})
    (service,) = WhmcsServices(CLIENT).of_client(42)
    assert (service.id, service.order_id, service.pid, service.quantity) == (66, 76, 185, 1)
    assert (service.billing_cycle, service.active) == ("onetime", True)
    assert service.carries(REF)
    assert service.options == {4: "10 Gbps"}
    assert service.first_payment == Decimal("12000.00")
    assert sent(whmcs)["limitnum"] == "1000"


@pytest.mark.parametrize("products", ["", [], {}, {"product": []}, None])
def test_no_services(whmcs: responses.RequestsMock, products: Any) -> None:
    answer(whmcs, {"totalresults": 0, "products": products})
    assert WhmcsServices(CLIENT).of_client(42) == []


@pytest.mark.parametrize(
    ("status", "active"),
    [("Active", True), ("Suspended", True), ("Pending", False), ("Terminated", False)],
)
def test_what_counts_as_set_up(whmcs: responses.RequestsMock, status: str, active: bool) -> None:
    answer(whmcs, {"totalresults": 1, "products": {"product": [{**SERVICE, "status": status}]}})
    assert WhmcsServices(CLIENT).of_client(42)[0].active is active


def test_module_create(whmcs: responses.RequestsMock) -> None:
    answer(whmcs, {})
    error(whmcs, "Could not connect")
    services = WhmcsServices(CLIENT)
    services.set_up(66)
    assert sent(whmcs) == {"action": "ModuleCreate", "serviceid": "66"}
    with pytest.raises(ModuleFailed):
        services.set_up(66)


def test_products(whmcs: responses.RequestsMock) -> None:
    answer(
        whmcs,
        {
            "totalresults": 2,
            "products": {
                "product": [
                    {
                        "pid": 185,
                        "paytype": "recurring",
                        "allowqty": "1",
                        "pricing": {"JPY": {"monthly": "5500.00", "annually": "-1.00"}},
                        "customfields": {
                            "customfield": [
                                {"id": 11, "name": "Note"},
                                {"id": "12", "name": "portal order ref|Reference"},
                            ]
                        },
                        "configoptions": {
                            "configoption": [
                                {
                                    "id": 4,
                                    "name": "Speed",
                                    "type": "1",
                                    "options": {"option": [{"id": 9, "name": "10 Gbps"}]},
                                },
                                {"id": 5, "name": "Mesh", "type": "4", "minqty": 1, "maxqty": 5},
                                {"id": 6, "name": "Fixed", "type": "3"},
                            ]
                        },
                    },
                    {"pid": "242", "paytype": "onetime", "customfields": "", "configoptions": ""},
                    {"pid": "999", "paytype": "free"},
                ]
            },
        },
    )
    found = WhmcsProducts(CLIENT).products([242, 185, 185])
    assert sent(whmcs) == {"action": "GetProducts", "pid": "185,242"}
    assert set(found) == {185, 242}
    fibre, router = found[185], found[242]
    assert (fibre.ref_field_id, fibre.allows_quantity, fibre.cycles) == (
        12,
        True,
        frozenset({"monthly"}),
    )
    assert [option.kind for option in fibre.options.values()] == [
        OptionKind.CHOICE,
        OptionKind.QUANTITY,
        OptionKind.YES_NO,
    ]
    assert fibre.options[4].choices == {9: "10 Gbps"}
    assert (fibre.options[5].minimum, fibre.options[5].maximum) == (1, 5)
    assert router.ref_field_id is None
    assert not router.allows_quantity
    assert sorted(router.cycles) == ["onetime"]


@pytest.mark.parametrize(
    ("expiry", "today", "valid"),
    [
        ("11/26", date(2026, 11, 30), True),
        ("11/26", date(2026, 12, 1), False),
        ("02/28", date(2028, 2, 29), True),
        ("", date(2026, 1, 1), False),
        ("13/30", date(2026, 1, 1), False),
    ],
)
def test_cards_count_through_the_end_of_their_month(
    whmcs: responses.RequestsMock, expiry: str, today: date, valid: bool
) -> None:
    answer(whmcs, {"paymethods": [{"type": "RemoteCreditCard", "expiry_date": expiry}]})
    assert WhmcsOrderingClients(CLIENT, today=lambda: today).has_valid_pay_method(42) is valid


def test_clients(whmcs: responses.RequestsMock) -> None:
    clients = WhmcsOrderingClients(CLIENT, today=lambda: date(2026, 11, 23))
    answer(whmcs, {"client": {"status": "Active"}})
    answer(whmcs, {"status": "Closed"})
    error(whmcs, "Client Not Found")
    error(whmcs, "Client Not Found")
    answer(whmcs, {"paymethods": ""})
    error(whmcs, "Something else")
    whmcs.post(URL, body="", status=503)
    assert [clients.state(42) for _ in range(3)] == [
        ClientState.USABLE,
        ClientState.CLOSED,
        ClientState.MISSING,
    ]
    assert clients.has_valid_pay_method(42) is None
    assert clients.has_valid_pay_method(42) is False
    with pytest.raises(Unavailable, match="Something else"):
        clients.state(42)
    with pytest.raises(Unavailable):
        clients.has_valid_pay_method(42)
