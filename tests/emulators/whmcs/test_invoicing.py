"""Invoices, payments, credit, billable items."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from local.emulators.whmcs import money
from local.emulators.whmcs.invoicing import add_months
from tests.emulators.whmcs.support import CLOSED, HANAKO, SIM, Api


def invoice(api: Api, **fields: Any) -> int:
    request = {
        "userid": HANAKO,
        "paymentmethod": "stripe",
        "itemdescription1": "Top-up 1 GB",
        "itemamount1": "980",
        **fields,
    }
    number: int = api.ok("CreateInvoice", **request)["invoiceid"]
    return number


@pytest.mark.parametrize(
    ("style", "expected"),
    [(1, "$1234567.50 USD"), (2, "$1,234,567.50 USD"), (3, "$1.234.567,50 USD")],
)
def test_formats(style: int, expected: str) -> None:
    amount = Decimal("1234567.5")
    assert money.formatted(amount, prefix="$", suffix=" USD", style=style) == expected
    assert money.formatted(-amount, prefix="", suffix="", style=4) == "-1,234,568"


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-05-15", 36, "2029-05-15"),
        ("2026-03-31", -1, "2026-02-28"),
    ],
)
def test_months(start: str, months: int, end: str) -> None:
    assert add_months(start, months) == end


def test_create_and_get(api: Api) -> None:
    number = invoice(
        api,
        notes="topup:op-1",
        taxrate="10",
        itemtaxed1=1,
        itemdescription2="Fee",
        itemamount2="20",
        duedate="2030-01-31",
    )
    found = api.ok("GetInvoice", invoiceid=number)
    assert (found["subtotal"], found["tax"], found["total"]) == ("1000.00", "98.00", "1098.00")
    assert (found["notes"], found["duedate"], found["status"]) == (
        "topup:op-1",
        "2030-01-31",
        "Unpaid",
    )
    assert [item["taxed"] for item in found["items"]["item"]] == [1, 0]
    assert found["transactions"] == ""
    assert found["datepaid"] == "0000-00-00 00:00:00"
    assert api.refused("GetInvoice", invoiceid=999) == "Invoice ID Not Found"
    assert api.refused("CreateInvoice", userid=999) == "Client ID Not Found"
    assert "draft" in api.refused("CreateInvoice", userid=HANAKO, draft=1, sendinvoice=1)
    assert api.refused("CreateInvoice", userid=HANAKO, paymentmethod="x").startswith("Invalid Pay")


def test_get_invoices_sorts_and_filters(api: Api) -> None:
    first, second = invoice(api, notes="a"), invoice(api, notes="b", itemamount1="1")
    late = invoice(api, date="2020-01-01", duedate="2020-01-31")

    def ids(**fields: Any) -> list[int]:
        return [i["id"] for i in api.ok("GetInvoices", **fields)["invoices"]["invoice"]]

    assert ids(userid=HANAKO, orderby="id", order="desc") == [late, second, first]
    assert ids(orderby="total") == [second, first, late]
    assert ids(status="Overdue") == [late]
    assert ids(userid=CLOSED) == []
    assert ids(orderby="id", limitstart=1, limitnum=1) == [second]
    listed = api.ok("GetInvoices", orderby="id")["invoices"]["invoice"][0]
    assert (listed["notes"], listed["currencycode"], listed["currencysuffix"]) == (
        "a",
        "JPY",
        " JPY",
    )


def test_capture_pays_with_the_stored_card(api: Api) -> None:
    number = invoice(api)
    api.ok("CapturePayment", invoiceid=number)
    found = api.ok("GetInvoice", invoiceid=number)
    assert (found["status"], found["balance"]) == ("Paid", "0.00")
    assert found["transactions"]["transaction"][0]["amountin"] == "980.00"
    unpayable = "Invoice Not Found or Not Unpaid"
    assert api.refused("CapturePayment", invoiceid=number) == unpayable
    assert api.refused("CapturePayment", invoiceid=999) == unpayable


@pytest.mark.parametrize("cause", ["switch", "declining card", "expired card", "no card"])
def test_capture_failures(api: Api, switch: Any, cause: str) -> None:
    number = invoice(api)
    if cause == "switch":
        switch(capture_declined=True)
    else:
        api.ok("DeletePayMethod", clientid=HANAKO, paymethodid=1)
    if cause == "declining card":
        api.ok(
            "AddPayMethod",
            clientid=HANAKO,
            card_number="4000 0000 0000 0341",
            card_expiry="1239",
            set_as_default=1,
        )
    if cause == "expired card":
        api.ok("AddPayMethod", clientid=HANAKO, card_number="4242424242424242", card_expiry="0130")
        api.emulator.clock.advance(10 * 366 * 86400)
    assert api.refused("CapturePayment", invoiceid=number) == "Payment Attempt Failed"
    found = api.ok("GetInvoice", invoiceid=number)
    assert found["status"] == "Unpaid"
    assert found["lastcaptureattempt"] != "0000-00-00 00:00:00"


def test_payments_from_elsewhere(api: Api) -> None:
    number = invoice(api)
    payment = {"invoiceid": number, "transid": "T1", "gateway": "banktransfer"}
    api.ok("AddInvoicePayment", **payment, amount="500")
    assert api.ok("GetInvoice", invoiceid=number)["balance"] == "480.00"
    api.ok("AddInvoicePayment", **payment, amount="600")
    assert api.ok("GetInvoice", invoiceid=number)["status"] == "Paid"
    assert api.ok("GetClientsDetails", clientid=HANAKO)["credit"] == "120.00"
    assert api.refused("AddInvoicePayment", invoiceid=999) == "Invoice ID Not Found"
    assert api.refused("AddInvoicePayment", invoiceid=number, gateway="x").startswith("Invalid Pay")
    other = invoice(api)
    api.ok("UpdateInvoice", invoiceid=other, status="Cancelled")
    assert "Cancelled" in api.refused("AddInvoicePayment", **{**payment, "invoiceid": other})


def test_update_invoice(api: Api) -> None:
    number = invoice(api, itemdescription2="Second", itemamount2="20")
    items = api.ok("GetInvoice", invoiceid=number)["items"]["item"]
    first, second = (item["id"] for item in items)
    api.ok(
        "UpdateInvoice",
        invoiceid=number,
        notes="changed",
        duedate="2031-01-01",
        paymentmethod="banktransfer",
        **{
            f"itemdescription[{first}]": "Changed",
            f"itemamount[{first}]": "1000",
            "deletelineids[0]": second,
            "newitemdescription[0]": "New",
            "newitemamount[0]": "5",
        },
    )
    found = api.ok("GetInvoice", invoiceid=number)
    lines = [(item["description"], item["amount"]) for item in found["items"]["item"]]
    assert lines == [("Changed", "1000.00"), ("New", "5.00")]
    assert (found["notes"], found["duedate"], found["ccgateway"]) == (
        "changed",
        "2031-01-01",
        False,
    )
    draft = invoice(api, draft=1)
    api.ok("UpdateInvoice", invoiceid=draft, publish=1)
    assert api.ok("GetInvoice", invoiceid=draft)["status"] == "Unpaid"
    api.ok("UpdateInvoice", invoiceid=draft, status="Paid")
    assert api.ok("GetInvoice", invoiceid=draft)["datepaid"] != "0000-00-00 00:00:00"
    assert api.refused("UpdateInvoice", invoiceid=999) == "Invoice ID Not Found"


def test_credit(api: Api, switch: Any) -> None:
    request = {"clientid": HANAKO, "description": "goodwill", "amount": "1500"}
    assert api.ok("AddCredit", **request)["newbalance"] == "1500.00"
    assert api.ok("AddCredit", **{**request, "type": "remove", "amount": "20"})["newbalance"] == (
        "1480.00"
    )
    movements = api.ok("GetCredits", clientid=HANAKO)["credits"]["credit"]
    assert [entry["amount"] for entry in movements] == ["1500.00", "-20.00"]
    late = api.ok(
        "CreateInvoice",
        userid=HANAKO,
        itemdescription1="x",
        itemamount1="980",
        autoapplycredit=1,
    )
    assert late["status"] == "Unpaid", "as WHMCS answers"
    assert api.ok("GetInvoice", invoiceid=late["invoiceid"])["status"] == "Paid"
    switch(credit_pays_late=False)
    rest = {"userid": HANAKO, "itemdescription1": "x", "itemamount1": "500", "autoapplycredit": 1}
    assert api.ok("CreateInvoice", **rest)["status"] == "Paid"
    assert api.ok("CreateInvoice", **rest)["status"] == "Unpaid", "no credit left"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"clientid": 999}, "Client ID Not Found"),
        ({"description": ""}, "No Description Provided"),
        ({"amount": ""}, "No Amount Provided"),
        ({"amount": "-5"}, "Amount must be in decimal format: ### or ###.##"),
        ({"amount": "1e3"}, "Amount must be in decimal format: ### or ###.##"),
        ({"type": "remove"}, "Insufficient Credit Balance"),
    ],
)
def test_credit_refusals(api: Api, fields: dict[str, Any], message: str) -> None:
    request = {"clientid": HANAKO, "description": "x", "amount": "5", **fields}
    assert api.refused("AddCredit", **request) == message
    assert api.state()["credits"] == []


def test_billable_items_answer_with_status(api: Api) -> None:
    body = api.call("AddBillableItem", clientid=HANAKO, description="op-1", amount="980")
    assert body == {"status": "success", "billableid": 1}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"clientid": 999}, "Client ID not Found"),
        ({"description": ""}, "You must provide a description"),
        ({"invoiceaction": "now"}, "Invalid Invoice Action"),
        ({"invoiceaction": "recur"}, "Recurring must have a unit, cycle and limit"),
        ({"invoiceaction": "duedate"}, "Due date is required"),
        ({"unit": "days"}, "Invalid Unit, please specify either 'hours' or 'quantity'"),
        (
            {"invoiceaction": "duedate", "duedate": "31/01/2026"},
            "Invalid Date Format - Expected: 'YYYY-mm-dd'",
        ),
    ],
)
def test_billable_item_refusals(api: Api, fields: dict[str, Any], message: str) -> None:
    request = {"clientid": HANAKO, "description": "x", "amount": "5", **fields}
    assert api.refused("AddBillableItem", **request) == message
    assert api.state()["billableItems"] == []


def test_installation(api: Api) -> None:
    gateways = api.ok("GetPaymentMethods")["paymentmethods"]["paymentmethod"]
    assert [gateway["module"] for gateway in gateways] == ["stripe", "banktransfer"]
    currency = api.ok("GetCurrencies")["currencies"]["currency"][0]
    assert (currency["code"], currency["suffix"]) == ("JPY", " JPY")
    api.ok("CapturePayment", invoiceid=api.order(SIM)["invoiceid"])
    stats = api.ok("GetStats")
    assert (stats["income_today"], stats["orders_pending"]) == ("¥1,650 JPY", 1)


def test_emails_are_only_logged(api: Api) -> None:
    api.order(SIM, noemail=1, noinvoice=1)
    api.ok("SendEmail", messagename="Welcome", id=HANAKO)
    api.ok("SendEmail", custommessage="<p>x</p>", customsubject="S", customtype="product", id=1)
    assert [mail["clientId"] for mail in api.state()["emails"]] == [HANAKO, HANAKO]
    failed = api.refused("SendEmail", custommessage="x", customtype="invoice", id=9)
    assert failed.startswith("Sending Failed")
    assert api.refused("SendEmail", id=HANAKO).startswith("You must provide")


def test_lines_may_be_numbered_from_zero(api: Api) -> None:
    request = {"itemdescription0": "a", "itemamount0": "1", "itemdescription1": "b"}
    number = api.ok("CreateInvoice", userid=HANAKO, **request, itemamount1="2")["invoiceid"]
    items = api.ok("GetInvoice", invoiceid=number)["items"]["item"]
    assert [item["description"] for item in items] == ["a", "b"]


@pytest.mark.parametrize(
    ("capture", "status"), [("pending", "Payment Pending"), ("recorded_late", "Unpaid")]
)
def test_a_capture_can_be_decided_later(api: Api, switch: Any, capture: str, status: str) -> None:
    switch(capture=capture)
    number = invoice(api)
    api.ok("CapturePayment", invoiceid=number)
    found = api.ok("GetInvoice", invoiceid=number)
    assert (found["status"], found["transactions"]) == (status, "")
    assert found["lastcaptureattempt"] != "0000-00-00 00:00:00"


def test_transactions(api: Api) -> None:
    number = invoice(api)
    api.ok("CapturePayment", invoiceid=number)
    (taken,) = api.ok("GetTransactions", invoiceid=number)["transactions"]["transaction"]
    assert (taken["amountin"], taken["amountout"]) == ("980.00", "0.00")
    back = {"paymentmethod": "stripe", "userid": HANAKO, "invoiceid": number, "transid": "re_1"}
    api.ok("AddTransaction", **back, amountout="980.00")
    assert api.ok("GetInvoice", invoiceid=number)["balance"] == "980.00"
    assert api.ok("GetTransactions", clientid=HANAKO)["totalresults"] == 2
    assert api.ok("GetTransactions", transid="re_1")["totalresults"] == 1
    assert api.ok("GetTransactions", clientid=CLOSED)["totalresults"] == 0
    assert api.refused("AddTransaction", **back) == "Transaction ID must be Unique"
    api.ok("AddTransaction", **back, allowduplicatetransid=1)
    assert api.refused("AddTransaction", userid=HANAKO) == "Payment Method is required"
    other = {"paymentmethod": "stripe", "invoiceid": number, "userid": CLOSED}
    assert "own" in api.refused("AddTransaction", **other)
    assert api.refused("AddTransaction", paymentmethod="stripe", invoiceid=999).startswith(
        "Invoice"
    )
    assert "Currency" in api.refused("AddTransaction", paymentmethod="stripe")
    api.ok("AddTransaction", paymentmethod="stripe", userid=HANAKO, amountin="5", credit=1)
    assert api.ok("GetClientsDetails", clientid=HANAKO)["credit"] == "5.00"


def test_what_add_credit_and_update_invoice_refuse(api: Api) -> None:
    credit = {"clientid": HANAKO, "amount": "1.00", "description": "x"}
    assert "add or remove" in api.refused("AddCredit", **credit, type="give")
    assert "Date" in api.refused("AddCredit", **credit, date="1/2/2026")
    number = invoice(api)
    assert "Draft" in api.refused("UpdateInvoice", invoiceid=number, publish=1)
