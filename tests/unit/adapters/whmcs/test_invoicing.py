"""Invoices, captures and credit: exact requests, and the emulator's answers in every shape."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import pytest
import responses
from portal.adapters.whmcs.client import WhmcsClient
from portal.adapters.whmcs.invoicing import WhmcsClientCurrencies, WhmcsCredits, WhmcsInvoicing
from portal.adapters.whmcs.services import WhmcsServices
from portal.domain.money import Money
from portal.domain.upstream import OutcomeUnknown, Refused, Unavailable
from portal.ports.invoicing import InvoiceStatus, NewInvoice, NotUnpaid, PaymentDeclined

from local.demo.products import PRODUCTS
from tests.unit.adapters.whmcs.test_billing import EVERY_SHAPE
from tests.vendors import FixedSecret, Vendors, add_client, card

URL = "https://billing.example/includes/api.php"
CLIENT = WhmcsClient(url=URL, secret=FixedSecret(identifier="i", secret="s"))
MARKER = "[topup-0a.1]"
NEW = NewInvoice(
    client_id=42,
    payment_method="stripe",
    description="Top-up: 5 GB",
    price=Money.of(1500, "JPY"),
    marker=f"Portal {MARKER}",
)
LONG_AGO = date(2000, 1, 1)


def sent(mock: responses.RequestsMock) -> dict[str, str]:
    """The fields of the one request, without what is the same for all."""
    (call,) = mock.calls
    fields = dict(parse_qsl(str(call.request.body), keep_blank_values=True))
    return {name: fields[name] for name in fields if name not in {"responsetype", "identifier"}}


@responses.activate
def test_the_request_for_an_invoice() -> None:
    responses.post(URL, json={"result": "success", "invoiceid": 7, "status": "Unpaid"})
    assert WhmcsInvoicing(CLIENT).create(NEW) == 7
    assert sent(responses) == {  # type: ignore[arg-type]  # the module is a mock, too
        "action": "CreateInvoice",
        "secret": "s",
        "userid": "42",
        "status": "Unpaid",
        "sendinvoice": "0",
        "paymentmethod": "stripe",
        "notes": f"Portal {MARKER}",
        "itemdescription1": "Top-up: 5 GB",
        "itemamount1": "1500",
        "itemtaxed1": "0",
        "autoapplycredit": "0",
    }


@responses.activate
def test_the_request_for_a_credit() -> None:
    responses.post(URL, json={"result": "success", "newbalance": "1500.00"})
    WhmcsCredits(CLIENT).add(42, Decimal("1500.5"), f"Top-up not delivered {MARKER}")
    assert sent(responses) == {  # type: ignore[arg-type]  # as above
        "action": "AddCredit",
        "secret": "s",
        "clientid": "42",
        "amount": "1500.50",
        "description": f"Top-up not delivered {MARKER}",
        "type": "add",
    }


@responses.activate
@pytest.mark.parametrize("body", [{}, {"invoiceid": ""}, {"invoiceid": 0}])
def test_an_invoice_without_a_number_may_be_there(body: dict[str, Any]) -> None:
    responses.post(URL, json={"result": "success", **body})
    with pytest.raises(OutcomeUnknown):
        WhmcsInvoicing(CLIENT).create(NEW)


@responses.activate
@pytest.mark.parametrize(
    ("message", "raised"),
    [
        ("Payment Attempt Failed", PaymentDeclined),
        ("payment attempt failed.", PaymentDeclined),
        ("Invoice Not Found or Not Unpaid", NotUnpaid),
        ("Something that no table has", OutcomeUnknown),
        ("Authentication Failed", Refused),
    ],
)
def test_what_a_capture_can_be_answered(message: str, raised: type[Exception]) -> None:
    responses.post(URL, json={"result": "error", "message": message})
    with pytest.raises(raised):
        WhmcsInvoicing(CLIENT).capture(7)


@responses.activate
@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_capture_without_an_answer_is_in_doubt(status: int) -> None:
    responses.post(URL, body="<html>", status=status)
    with pytest.raises(OutcomeUnknown):
        WhmcsInvoicing(CLIENT).capture(7)


@responses.activate
@pytest.mark.parametrize("amount", ["¥1,500", "NaN", "1e3"])
def test_an_amount_that_cannot_be_read_is_no_amount(amount: str) -> None:
    entry = {"amountin": amount, "amountout": "0.00"}
    answer = {"status": "Paid", "userid": 42, "transactions": {"transaction": [entry]}}
    responses.post(URL, json={"result": "success", **answer})
    with pytest.raises(Unavailable):
        WhmcsInvoicing(CLIENT).read(7)


@responses.activate
def test_a_credit_log_that_is_cut_off_proves_nothing() -> None:
    log = {"credit": [{"id": 1, "description": "x", "amount": "1.00"}]}
    responses.post(URL, json={"result": "success", "totalresults": 2, "credits": log})
    with pytest.raises(Unavailable):
        WhmcsCredits(CLIENT).carries(42, MARKER)


@EVERY_SHAPE
def test_an_invoice_from_its_making_to_its_end(vendors: Vendors, switches: dict[str, Any]) -> None:
    add_client(vendors)
    vendors.whmcs.set_switches(switches)
    invoicing = WhmcsInvoicing(vendors.whmcs_client())
    number = invoicing.create(NEW)
    made = invoicing.read(number)
    assert made is not None
    assert (made.status, made.client_id) == (InvoiceStatus.UNPAID, 42)
    assert made.received == 0
    assert list(invoicing.find(42, MARKER, since=LONG_AGO)) == [number]
    assert list(invoicing.find(42, "[topup-0a.2]", since=LONG_AGO)) == []
    invoicing.capture(number)
    paid = invoicing.read(number)
    assert paid is not None
    assert paid.status is InvoiceStatus.PAID
    assert paid.received == 1500
    with pytest.raises(NotUnpaid):
        invoicing.capture(number)
    other = invoicing.create(NEW)
    invoicing.cancel(other)
    invoicing.cancel(other)
    cancelled = invoicing.read(other)
    assert cancelled is not None
    assert cancelled.status is InvoiceStatus.CANCELLED
    assert invoicing.read(999) is None


@EVERY_SHAPE
def test_credits(vendors: Vendors, switches: dict[str, Any]) -> None:
    add_client(vendors)
    vendors.whmcs.set_switches(switches)
    log = WhmcsCredits(vendors.whmcs_client())
    assert not log.carries(42, MARKER)
    log.add(42, Decimal(1500), f"Top-up not delivered {MARKER}")
    assert log.carries(42, MARKER)
    (entry,) = vendors.whmcs.dump()["credits"]
    assert Decimal(entry["amount"]) == 1500


@EVERY_SHAPE
def test_one_service(vendors: Vendors, switches: dict[str, Any]) -> None:
    add_client(vendors)
    add_client(vendors, 43)
    client = vendors.whmcs_client()
    esim = next(product for product in PRODUCTS if product.gigs_plan is not None)
    order = {
        "clientid": 42,
        "paymentmethod": "stripe",
        "pid": [esim.whmcs_id],
        "billingcycle": ["monthly"],
    }
    placed = client.call("AddOrder", order, writes=True)
    client.call("AcceptOrder", {"orderid": placed["orderid"]}, writes=True)
    number = int(placed["serviceids"])
    vendors.whmcs.set_switches(switches)
    services = WhmcsServices(client)
    found = services.find(number, client_id=42)
    assert found is not None
    assert (found.id, found.status, found.pid) == (number, "Active", esim.whmcs_id)
    assert services.find(number, client_id=43) is None
    assert services.find(number + 1, client_id=42) is None


def test_what_was_paid_back_is_not_there(vendors: Vendors) -> None:
    add_client(vendors)
    client = vendors.whmcs_client()
    invoicing = WhmcsInvoicing(client)
    number = invoicing.create(NEW)
    invoicing.capture(number)
    back = {"paymentmethod": "stripe", "invoiceid": number, "amountout": "500.00"}
    client.call("AddTransaction", back, writes=True)
    found = invoicing.read(number)
    assert found is not None
    assert found.received == 1000


def test_a_slow_gateway(vendors: Vendors) -> None:
    add_client(vendors)
    vendors.whmcs.set_switches({"capture": "pending"})
    invoicing = WhmcsInvoicing(vendors.whmcs_client())
    number = invoicing.create(NEW)
    invoicing.capture(number)
    found = invoicing.read(number)
    assert found is not None
    assert found.status is InvoiceStatus.PENDING


def test_a_card_that_is_declined(vendors: Vendors) -> None:
    add_client(vendors, paymethods=[card("12/39", declines=True)])
    invoicing = WhmcsInvoicing(vendors.whmcs_client())
    with pytest.raises(PaymentDeclined):
        invoicing.capture(invoicing.create(NEW))


def test_a_look_ends_where_the_day_begins(vendors: Vendors) -> None:
    """A client of many years has many invoices: the look reads as few pages as it can."""
    add_client(vendors)
    old = {
        "clientid": 42,
        "paymentmethod": "stripe",
        "date": "2020-01-01",
        "duedate": "2020-01-01",
        "items": [{"description": "x", "amount": "1.00"}],
    }
    vendors.whmcs.seed({"invoices": [old] * 150})
    invoicing = WhmcsInvoicing(vendors.whmcs_client())
    number = invoicing.create(NEW)
    vendors.forget_calls()
    today = vendors.whmcs.clock.now().date()
    assert list(invoicing.find(42, MARKER, since=today + timedelta(days=1))) == [number]
    assert vendors.calls()["whmcs GetInvoices"] <= 2


def test_a_clients_currency(vendors: Vendors) -> None:
    add_client(vendors)
    assert WhmcsClientCurrencies(vendors.whmcs_client()).of_client(42) == "JPY"
