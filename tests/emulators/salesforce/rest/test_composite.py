"""Several operations in one call: what is rolled back, and how the answers say so."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulators.salesforce.org_client import (
    FIBRE_PRICE,
    KEN,
    MEI,
    PATH,
    TRAVEL_PRICE,
    OrgClient,
    error,
    item_fields,
    order_fields,
)

HALTED = [
    {
        "errorCode": "PROCESSING_HALTED",
        "message": "The transaction was rolled back since another operation in the same "
        "transaction failed.",
    }
]


def node(method: str, path: str, reference: str, body: Any = None) -> dict[str, Any]:
    return {"method": method, "url": f"{PATH}/{path}", "referenceId": reference, "body": body}


def cart(key: str, *entries: str) -> list[dict[str, Any]]:
    """An order with a line for each price book entry."""
    order = node("POST", "sobjects/Order", "order", {**order_fields(), "Portal_Order_Key__c": key})
    lines = [
        node(
            "POST",
            "sobjects/OrderItem",
            f"line{number}",
            {
                **item_fields("@{order.id}"),
                "PricebookEntryId": entry,
                "Portal_Line_Key__c": f"{key}-{number}",
            },
        )
        for number, entry in enumerate(entries)
    ]
    return [order, *lines]


def graph(org: OrgClient, *graphs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    numbered = [
        {"graphId": str(number), "compositeRequest": nodes}
        for number, nodes in enumerate(graphs, start=1)
    ]
    answer = org.call("POST", "composite/graph", {"graphs": numbered})
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["graphs"]
    return results


def parts(result: dict[str, Any]) -> list[tuple[int, Any]]:
    return [
        (part["httpStatusCode"], part["body"])
        for part in result["graphResponse"]["compositeResponse"]
    ]


def test_graph_creates_an_order_with_its_lines(org: OrgClient) -> None:
    (result,) = graph(org, cart("k", FIBRE_PRICE, TRAVEL_PRICE))
    assert result["isSuccessful"] is True
    (status, order), *lines = parts(result)
    assert (status, order["success"], order["errors"]) == (201, True, [])
    assert [status for status, _ in lines] == [201, 201]
    (found,) = org.rows(
        "SELECT TotalAmount, (SELECT Portal_Line_Key__c FROM OrderItems) FROM Order "
        "WHERE Portal_Order_Key__c = 'k'"
    )
    assert found["OrderItems"]["totalSize"] == 2


def test_each_graph_is_rolled_back_by_itself(org: OrgClient) -> None:
    wrong = "01u000000000099AAA"
    first, second = graph(org, cart("a", FIBRE_PRICE, wrong), cart("b", FIBRE_PRICE))
    assert (first["graphId"], first["isSuccessful"]) == ("1", False)
    (_, order), (_, good_line), (status, culprit) = parts(first)
    assert order == good_line == HALTED
    assert (status, culprit[0]["errorCode"]) == (400, "INVALID_CROSS_REFERENCE_KEY")
    assert second["isSuccessful"] is True
    keys = [row["Portal_Order_Key__c"] for row in org.rows("SELECT Portal_Order_Key__c FROM Order")]
    assert keys == ["b"]
    (again,) = graph(org, cart("a", FIBRE_PRICE))
    assert again["isSuccessful"] is True


def test_replayed_graph_finds_the_duplicate(org: OrgClient) -> None:
    graph(org, cart("k", FIBRE_PRICE))
    (again,) = graph(org, cart("k", FIBRE_PRICE))
    (status, culprit), (_, line) = parts(again)
    assert (status, culprit[0]["errorCode"], line) == (400, "DUPLICATE_VALUE", HALTED)
    assert len(org.rows("SELECT Id FROM OrderItem")) == 1


def test_graph_reads_changes_and_upserts(org: OrgClient) -> None:
    (result,) = graph(
        org,
        [
            node("GET", f"sobjects/Account/{MEI}?fields=Name", "mei"),
            node(
                "PATCH",
                "sobjects/Case/Portal_Case_Key__c/k",
                "case",
                {"Subject": "About @{mei.Name}", "AccountId": MEI},
            ),
            node("PATCH", "sobjects/Case/@{case.id}", "more", {"Priority": "High"}),
        ],
    )
    assert [status for status, _ in parts(result)] == [200, 201, 204]
    (case,) = org.rows("SELECT Subject, Priority FROM Case")
    assert (case["Subject"], case["Priority"]) == ("About Mei Sato", "High")


def test_graph_refuses_what_it_does_not_serve(org: OrgClient) -> None:
    (result,) = graph(org, [node("GET", "query?q=SELECT+Id+FROM+Order", "q")])
    assert parts(result)[0][1][0]["errorCode"] == "INVALID_INPUT"
    (dangling,) = graph(org, [node("PATCH", "sobjects/Order/@{gone.id}", "o", {})])
    assert parts(dangling)[0][1][0]["errorCode"] == "PROCESSING_HALTED"
    nodes = [node("GET", f"sobjects/Account/{MEI}", f"r{n}") for n in range(501)]
    body = {"graphs": [{"graphId": "1", "compositeRequest": nodes}]}
    assert error(org.call("POST", "composite/graph", body))[1] == "INVALID_INPUT"
    twice = {"graphs": [{"graphId": "1", "compositeRequest": [nodes[0], nodes[0]]}]}
    assert error(org.call("POST", "composite/graph", twice))[1] == "INVALID_INPUT"


@pytest.mark.parametrize("all_or_none", [True, False])
def test_composite(org: OrgClient, all_or_none: bool) -> None:
    nodes = [
        node("POST", "sobjects/Case", "case", {"Subject": "kept?"}),
        node("POST", "sobjects/Case", "bad", {"Nonsense": 1}),
        node("PATCH", "sobjects/Case/@{bad.id}", "after", {"Subject": "x"}),
        node("GET", "query?q=SELECT+Subject+FROM+Case", "seen"),
    ]
    body = {"allOrNone": all_or_none, "compositeRequest": nodes}
    answer = org.call("POST", "composite", body)
    results = {
        part["referenceId"]: (part["httpStatusCode"], part["body"])
        for part in answer.json()["compositeResponse"]
    }
    assert results["bad"][1][0]["errorCode"] == "INVALID_FIELD"
    assert results["after"][1][0]["errorCode"] == "PROCESSING_HALTED"
    subjects = [row["Subject"] for row in org.rows("SELECT Subject FROM Case")]
    if all_or_none:
        assert results["case"] == results["seen"] == (400, HALTED)
        assert subjects == []
    else:
        assert results["seen"][1]["totalSize"] == 1
        assert subjects == ["kept?"]


def test_composite_has_at_most_25_parts(org: OrgClient) -> None:
    nodes = [node("GET", f"sobjects/Account/{MEI}", f"r{n}") for n in range(26)]
    answer = org.call("POST", "composite", {"compositeRequest": nodes})
    assert error(answer)[1] == "INVALID_INPUT"


def write_back(org: OrgClient, *, all_or_none: bool) -> tuple[str, list[dict[str, Any]]]:
    """Results go to an order and its line; the third record is wrong."""
    order_id = org.order()
    records = [
        {"attributes": {"type": "Order"}, "id": order_id, "WHMCS_Order_ID__c": "7"},
        {
            "attributes": {"type": "OrderItem"},
            "Id": org.item(order_id),
            "WHMCS_Service_ID__c": "8",
        },
        {
            "attributes": {"type": "Order"},
            "id": order_id,
            "Provisioning_Status__c": "Nonsense",
        },
    ]
    body = {"allOrNone": all_or_none, "records": records}
    answer = org.call("PATCH", "composite/sobjects", body)
    assert answer.status_code == 200
    results: list[dict[str, Any]] = answer.json()
    return order_id, results


def test_collection_keeps_what_was_valid(org: OrgClient) -> None:
    order_id, results = write_back(org, all_or_none=False)
    assert [result["success"] for result in results] == [True, True, False]
    assert results[0] == {"id": order_id, "success": True, "errors": []}
    assert results[2]["errors"][0]["statusCode"] == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
    assert results[2]["errors"][0]["fields"] == ["Provisioning_Status__c"]
    assert org.read("Order", order_id)["WHMCS_Order_ID__c"] == "7"


def test_collection_can_be_all_or_none(org: OrgClient) -> None:
    order_id, results = write_back(org, all_or_none=True)
    codes = [result["errors"][0]["statusCode"] for result in results]
    assert codes[:2] == ["ALL_OR_NONE_OPERATION_ROLLED_BACK"] * 2
    assert codes[2] == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
    assert org.read("Order", order_id)["WHMCS_Order_ID__c"] is None


def test_collection_creates_upserts_reads_and_deletes(org: OrgClient) -> None:
    cases = [{"attributes": {"type": "Case"}, "Subject": str(n)} for n in range(2)]
    made = org.call("POST", "composite/sobjects", {"records": cases}).json()
    keyed = [{"attributes": {"type": "Case"}, "Portal_Case_Key__c": "k", "Subject": "u"}]
    url = "composite/sobjects/Case/Portal_Case_Key__c"
    for created in (True, False):
        (result,) = org.call("PATCH", url, {"records": keyed}).json()
        assert result["created"] is created
    ids = f"{made[0]['id']},{made[1]['id']}"
    gone = "500000000000099AAA"
    read = org.call("GET", f"composite/sobjects/Case?ids={ids},{gone}&fields=Subject").json()
    assert [row and row["Subject"] for row in read] == ["0", "1", None]
    deleted = org.call("DELETE", f"composite/sobjects?ids={ids},{gone}").json()
    assert [result["success"] for result in deleted] == [True, True, False]
    assert deleted[2]["errors"][0]["statusCode"] == "INVALID_CROSS_REFERENCE_KEY"
    assert len(org.rows("SELECT Id FROM Case")) == 1


def test_collection_limits(org: OrgClient) -> None:
    case, account = {"attributes": {"type": "Case"}}, {"attributes": {"type": "Account"}}
    too_many = org.call("POST", "composite/sobjects", {"records": [case] * 201})
    assert error(too_many)[:2] == (400, "EXCEEDED_ID_LIMIT")
    mixed = org.call("POST", "composite/sobjects", {"records": [case, account] * 6})
    assert error(mixed)[1] == "TOO_MANY_CHUNKS"
    untyped = org.call("POST", "composite/sobjects", {"records": [{"Subject": "x"}]}).json()
    assert untyped[0]["errors"][0]["statusCode"] == "INVALID_TYPE"
    missing = org.call("PATCH", "composite/sobjects", {"records": [case]}).json()
    assert missing[0]["errors"][0]["statusCode"] == "MISSING_ARGUMENT"


def tree(price: str) -> dict[str, Any]:
    line = item_fields("")
    del line["OrderId"]
    item = {
        "attributes": {"type": "OrderItem", "referenceId": "line"},
        **line,
        "PricebookEntryId": price,
    }
    order = {"attributes": {"type": "Order", "referenceId": "order"}, **order_fields()}
    return {"records": [{**order, "OrderItems": {"records": [item]}}]}


def test_tree(org: OrgClient) -> None:
    answer = org.call("POST", "composite/tree/Order", tree(FIBRE_PRICE))
    assert answer.status_code == 201
    body = answer.json()
    assert (body["hasErrors"], [r["referenceId"] for r in body["results"]]) == (
        False,
        ["order", "line"],
    )
    assert org.read("Order", body["results"][0]["id"])["TotalAmount"] == 9960.0


def test_tree_is_all_or_nothing(org: OrgClient) -> None:
    answer = org.call("POST", "composite/tree/Order", tree("01u000000000099AAA"))
    assert answer.status_code == 400
    body = answer.json()
    (culprit,) = body["results"]
    assert (body["hasErrors"], culprit["referenceId"]) == (True, "line")
    assert culprit["errors"][0]["statusCode"] == "INVALID_CROSS_REFERENCE_KEY"
    assert org.rows("SELECT Id FROM Order") == []


@pytest.mark.parametrize("halt", [True, False])
def test_batch(org: OrgClient, halt: bool) -> None:
    requests = [
        {"method": "GET", "url": "v63.0/sobjects/Account/nonsense"},
        {
            "method": "PATCH",
            "url": f"v63.0/sobjects/Account/{KEN}",
            "richInput": {"Portal_Region__c": "Kanto"},
        },
    ]
    answer = org.call("POST", "composite/batch", {"haltOnError": halt, "batchRequests": requests})
    body = answer.json()
    assert body["hasErrors"] is True
    assert [result["statusCode"] for result in body["results"]] == [404, 412 if halt else 204]
    assert org.read("Account", KEN)["Portal_Region__c"] == (None if halt else "Kanto")
