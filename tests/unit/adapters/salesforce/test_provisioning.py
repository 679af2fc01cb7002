"""The exact requests about an Order in provisioning, and what Salesforce's answers mean."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import responses
from portal.adapters.salesforce.client import SalesforceClient
from portal.adapters.salesforce.login import Login
from portal.adapters.salesforce.provisioning import SalesforceProvisioningOrders
from portal.domain.provisioning_order import Progress, ProvisioningStatus, WriteBack
from portal.domain.upstream import OutcomeUnknown, Refused, Unavailable
from portal.ports.provisioning import OrderConflict, OrderDeleted

from tests.vendors import FixedSecret

URL = "https://org.example"
DATA = f"{URL}/services/data/v63.0"
ORDER = "801000000000001AAA"
AT = datetime(2026, 11, 23, 1, 2, 3, tzinfo=UTC)
RESULT = WriteBack(
    order_id=ORDER,
    whmcs_order_id="76",
    iccids="8981,8982",
    services={"802000000000001AAA": "66", "802000000000002AAA": "67,68"},
    attempt_count=2,
    at=AT,
)


@pytest.fixture
def org() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        mock.post(f"{URL}/services/oauth2/token", json={"access_token": "t"})
        yield mock


def orders() -> SalesforceProvisioningOrders:
    login = Login(url=URL, secret=FixedSecret(consumerKey="k", consumerSecret="s"))
    client = SalesforceClient(url=URL, api_version="63.0", login=login)
    return SalesforceProvisioningOrders(client, api_version="63.0")


def body(mock: responses.RequestsMock, number: int = 1) -> Any:
    sent = mock.calls[number].request.body
    return json.loads(sent or "null")


def record(**fields: Any) -> dict[str, Any]:
    return {
        "Id": ORDER,
        "OrderNumber": "00000101",
        "Status": "Activated",
        "AccountId": "001000000000101AAA",
        "Account": {"Name": "Taro Yamada"},
        "Provisioning_Status__c": "Not Started",
        "Activation_Type__c": "Scheduled",
        "Activation_Scheduled_At__c": "2026-11-24T00:00:00.000+0000",
        "WHMCS_Order_ID__c": None,
        "ESIM_ICCID__c": None,
        "Attempt_Count__c": 1.0,
        "OrderItems": None,
        **fields,
    }


def item(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "Id": f"802{number:012d}AAA",
        "Quantity": 2.0,
        "UnitPrice": 1450.5,
        "Billing_Cycle__c": None,
        "ConfigOptions_JSON__c": None,
        "WHMCS_Service_ID__c": None,
        "Portal_Line_Key__c": f"key-{number}",
        "Product2": {
            "ProductCode": "SKU",
            "Name": "eSIM",
            "Portal_Requires_Payment_Method__c": True,
            "Portal_Billing_Cycle__c": "Monthly",
            "WHMCS_Product_Id__c": 201.0,
            "WHMCS_Notes_Template__c": None,
            "eSIM_Settings_JSON__c": None,
        },
        **fields,
    }


def page(*records: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"totalSize": len(records), "done": True, "records": list(records), **more}


def test_one_query_for_the_order_and_its_lines(org: responses.RequestsMock) -> None:
    handmade = item(2, Portal_Line_Key__c=None, Product2={"WHMCS_Product_Id__c": None})
    org.get(f"{DATA}/query", json=page(record(OrderItems=page(item(1), handmade))))
    found = orders().load(ORDER)
    assert found is not None
    assert found.account_name == "Taro Yamada"
    assert "Yamada" not in repr(found)
    order = found.order
    assert (order.number, order.attempt_count, order.whmcs_order_id) == ("00000101", 1, "")
    assert order.activation_at == datetime(2026, 11, 24, tzinfo=UTC)
    first, second = order.lines
    assert (first.key, first.quantity, first.unit_price) == ("key-1", Decimal(2), Decimal("1450.5"))
    assert (first.whmcs_product_id, first.billing_cycle) == (201, "Monthly")
    assert (second.key, second.whmcs_product_id) == (second.id, None)
    (soql,) = parse_qs(urlsplit(str(org.calls[1].request.url)).query)["q"]
    assert soql.endswith(f"FROM Order WHERE Id = '{ORDER}'")
    assert len(org.calls) == 2


def test_long_orders_are_read_on(org: responses.RequestsMock) -> None:
    following = "/services/data/v63.0/query/0Ox-200"
    first = page(item(1), done=False, nextRecordsUrl=following)
    org.get(f"{DATA}/query", json=page(record(OrderItems=first)))
    org.get(f"{DATA}/query/0Ox-200", json=page(item(2)))
    found = orders().load(ORDER)
    assert found is not None
    assert [line.key for line in found.order.lines] == ["key-1", "key-2"]


def test_no_order(org: responses.RequestsMock) -> None:
    org.get(f"{DATA}/query", json=page())
    assert orders().load(ORDER) is None


def test_report(org: responses.RequestsMock) -> None:
    org.patch(f"{DATA}/sobjects/Order/{ORDER}", status=204)
    orders().report(
        Progress(
            order_id=ORDER,
            status=ProvisioningStatus.FAILED,
            attempt_count=3,
            at=AT,
            error_code="module-failed",
            error_message="x" * 5000,
        )
    )
    sent = body(org)
    assert len(sent.pop("Provisioning_Error_Message__c")) == 4096
    assert sent == {
        "Provisioning_Status__c": "Failed",
        "Provisioning_Error_Code__c": "module-failed",
        "Attempt_Count__c": 3,
        "Last_Provisioning_At__c": "2026-11-23T01:02:03.000Z",
    }


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (404, "NOT_FOUND", OrderDeleted),
        (404, "ENTITY_IS_DELETED", OrderDeleted),
        (400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", Refused),
        (400, "UNABLE_TO_LOCK_ROW", Unavailable),
        (500, "UNKNOWN_EXCEPTION", OutcomeUnknown),
    ],
)
def test_report_refused(
    org: responses.RequestsMock, status: int, code: str, expected: type[Exception]
) -> None:
    org.patch(
        f"{DATA}/sobjects/Order/{ORDER}",
        status=status,
        json=[{"errorCode": code, "message": "x", "fields": []}],
    )
    with pytest.raises(expected):
        orders().report(
            Progress(order_id=ORDER, status=ProvisioningStatus.FAILED, attempt_count=1, at=AT)
        )


def part(reference: str, content: Any, status: int = 200) -> dict[str, Any]:
    return {"referenceId": reference, "body": content, "httpStatusCode": status, "httpHeaders": {}}


def composite(org: responses.RequestsMock, *parts: dict[str, Any]) -> None:
    org.post(f"{DATA}/composite", json={"compositeResponse": list(parts)})


GUARD = part("guard", page({"Id": ORDER}))
WRITTEN = part("order", None, 204)
LINES = part("lines0", [{"success": True, "errors": []}] * 2)
ROLLED_BACK = [
    {
        "errorCode": "PROCESSING_HALTED",
        "message": "The transaction was rolled back since another operation in the same "
        "transaction failed.",
    }
]


def test_write_back_compares_and_writes_in_one_call(org: responses.RequestsMock) -> None:
    composite(org, GUARD, WRITTEN, LINES)
    orders().write_back(RESULT)
    sent = body(org)
    assert (sent["allOrNone"], sent["collateSubrequests"]) == (True, False)
    guard, order, lines = sent["compositeRequest"]
    assert guard["method"] == "GET"
    assert unquote(guard["url"]) == (
        f"/services/data/v63.0/query/?q=SELECT Id FROM Order WHERE Id = '{ORDER}' "  # noqa: S608  # expected text
        "AND (WHMCS_Order_ID__c = null OR WHMCS_Order_ID__c = '76') "
        "AND (ESIM_ICCID__c = null OR ESIM_ICCID__c = '8981,8982')"
    )
    assert order["url"] == "/services/data/v63.0/sobjects/Order/@{guard.records[0].Id}"
    assert order["body"] == {
        "WHMCS_Order_ID__c": "76",
        "ESIM_ICCID__c": "8981,8982",
        "Provisioning_Status__c": "Provisioned",
        "Provisioning_Error_Code__c": None,
        "Provisioning_Error_Message__c": None,
        "Attempt_Count__c": 2,
        "Last_Provisioning_At__c": "2026-11-23T01:02:03.000Z",
    }
    assert lines["body"] == {
        "allOrNone": True,
        "records": [
            {
                "attributes": {"type": "OrderItem"},
                "id": "802000000000001AAA",
                "WHMCS_Service_ID__c": "66",
            },
            {
                "attributes": {"type": "OrderItem"},
                "id": "802000000000002AAA",
                "WHMCS_Service_ID__c": "67,68",
            },
        ],
    }
    assert len(org.calls) == 2


@pytest.mark.parametrize("answer", [{}, [], {"compositeResponse": []}])
def test_an_answer_that_is_no_composite_s_is_not_trusted(
    org: responses.RequestsMock, answer: Any
) -> None:
    org.post(f"{DATA}/composite", json=answer)
    with pytest.raises(OutcomeUnknown):
        orders().write_back(RESULT)


def test_long_lists_of_ids_are_cut_between_ids(org: responses.RequestsMock) -> None:
    composite(org, GUARD, WRITTEN, LINES)
    many = ",".join(f"898100000000000{number:04d}" for number in range(20))
    orders().write_back(
        WriteBack(
            order_id=ORDER, whmcs_order_id="76", iccids=many, services={}, attempt_count=1, at=AT
        )
    )
    written = body(org)["compositeRequest"][1]["body"]["ESIM_ICCID__c"]
    assert len(written) <= 255
    assert written.endswith(",…")
    assert all(len(iccid) == 19 for iccid in written.split(",")[:-1])


def test_large_orders_go_in_pieces_of_one_call(org: responses.RequestsMock) -> None:
    composite(org, GUARD, WRITTEN)
    services = {f"802{number:012d}AAA": "1" for number in range(450)}
    orders().write_back(
        WriteBack(
            order_id=ORDER,
            whmcs_order_id="76",
            iccids="",
            services=services,
            attempt_count=1,
            at=AT,
        )
    )
    sizes = [len(piece["body"]["records"]) for piece in body(org)["compositeRequest"][2:]]
    assert sizes == [200, 200, 50]


NOWHERE = [
    {
        "errorCode": "PROCESSING_HALTED",
        "message": "Invalid reference specified. No value for guard.records[0].Id found in guard",
    }
]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ([{"WHMCS_Order_ID__c": "999", "ESIM_ICCID__c": None}], OrderConflict),
        ([{"WHMCS_Order_ID__c": "76", "ESIM_ICCID__c": "8999"}], OrderConflict),
        ([], OrderDeleted),
        ([{"WHMCS_Order_ID__c": None, "ESIM_ICCID__c": None}], Unavailable),
    ],
)
def test_somebody_else_wrote(
    org: responses.RequestsMock, now: list[dict[str, Any]], expected: type[Exception]
) -> None:
    composite(
        org,
        part("guard", ROLLED_BACK, 400),
        part("order", NOWHERE, 400),
        part("lines0", ROLLED_BACK, 400),
    )
    org.get(f"{DATA}/query", json=page(*now))
    with pytest.raises(expected):
        orders().write_back(RESULT)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (
            [
                part("order", ROLLED_BACK, 400),
                part("lines0", [{"errorCode": "UNABLE_TO_LOCK_ROW", "message": "x"}], 400),
            ],
            Unavailable,
        ),
        (
            [
                GUARD,
                WRITTEN,
                part(
                    "lines0",
                    [
                        {
                            "success": False,
                            "errors": [
                                {
                                    "statusCode": "ALL_OR_NONE_OPERATION_ROLLED_BACK",
                                    "message": "x",
                                }
                            ],
                        },
                        {
                            "success": False,
                            "errors": [{"statusCode": "UNABLE_TO_LOCK_ROW", "message": "x"}],
                        },
                    ],
                ),
            ],
            Unavailable,
        ),
        (
            [part("order", [{"errorCode": "ENTITY_IS_DELETED", "message": "x"}], 404)],
            OrderDeleted,
        ),
        (
            [part("order", [{"errorCode": "INSUFFICIENT_ACCESS", "message": "x"}], 403)],
            Refused,
        ),
        (
            [part("lines0", [{"success": False, "errors": [{"statusCode": "ENTITY_IS_DELETED"}]}])],
            OrderConflict,
        ),
        ([part("guard", ROLLED_BACK, 400), part("order", ROLLED_BACK, 400)], OutcomeUnknown),
    ],
)
def test_why_it_was_rolled_back(
    org: responses.RequestsMock, parts: list[dict[str, Any]], expected: type[Exception]
) -> None:
    composite(org, *parts)
    with pytest.raises(expected):
        orders().write_back(RESULT)


def test_attempt_count(org: responses.RequestsMock) -> None:
    org.get(f"{DATA}/query", json=page({"Attempt_Count__c": 4.0}))
    org.get(f"{DATA}/query", json=page())
    client = orders()
    assert client.attempt_count(ORDER) == 4
    assert client.attempt_count(ORDER) is None
