"""Orders from the request to the allocated profile, and the balance that pays for them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from stdnum import luhn

from tests.emulators.esim_access.conftest import BALANCE, Api

PAGER = {"pageNum": 1, "pageSize": 50}


def test_profiles_are_allocated_later(api: Api) -> None:
    number = api.order("t-1")
    assert re.fullmatch(r"B[0-9]{14}", number)
    asked = {"orderNo": number, "iccid": "", "pager": PAGER}
    assert api.refused("esim/query", asked) == "200010"
    assert api.query(startTime="2020-01-01T00:00+00:00", endTime="2099-01-01T00:00+00:00") == []
    api.advance(4)
    answer = api.ok("esim/query", asked)
    (line,) = answer["esimList"]
    assert answer["pager"] == {"pageSize": 50, "pageNum": 1, "total": 1}
    assert (line["orderNo"], line["transactionId"]) == (number, "t-1")
    assert re.fullmatch(r"[0-9]{14}", line["esimTranNo"])
    assert luhn.is_valid(line["iccid"])
    assert re.fullmatch(r"LPA:1\$rsp-eu\.redteamobile\.com\$[0-9A-F]{32}", line["ac"])
    assert (line["smdpStatus"], line["esimStatus"]) == ("RELEASED", "GOT_RESOURCE")
    assert (line["totalVolume"], line["orderUsage"]) == (5 * 1_073_741_824, 0)
    assert (line["activateTime"], line["eid"]) == (None, "")
    assert line["packageList"][0]["slug"] == "JP_5_30"


def test_a_duplicate_is_the_same_request(api: Api) -> None:
    first = api.order("t-1")
    assert api.order("t-1") == first
    assert api.order("t-1", packageCode="JC016", count=5) == first
    assert api.balance == BALANCE - 57_000
    assert api.order("t-2") != first


def test_a_window_for_duplicates_can_be_switched_on(api: Api) -> None:
    api.switch(transaction_memory_seconds=60)
    first = api.order("t-1")
    api.advance(61)
    assert api.order("t-1") != first
    assert api.balance == BALANCE - 2 * 57_000


def test_a_batch_is_one_order(api: Api) -> None:
    api.switch(allocation="immediate")
    lines = api.query(orderNo=api.order("t-1", count=3))
    assert len({line["esimTranNo"] for line in lines}) == 3
    assert api.balance == BALANCE - 3 * 57_000


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"packageCode": "NONE"}, "310241"),
        ({"packageCode": "TOPUP_JC172"}, "310241"),
        ({"price": 1}, "200005"),
        ({"amount": 1}, "200006"),
        ({"count": 31}, "200008"),
        ({"periodNum": 7}, "200008"),
        ({"packageCode": "JP_DAY"}, "200008"),
        ({"count": 18}, "200007"),
    ],
)
def test_orders_that_are_refused(api: Api, change: dict[str, Any], expected: str) -> None:
    amount = {"amount": change.pop("amount")} if "amount" in change else {}
    wanted = {"packageCode": "JC016", "count": 1, **change}
    body = {"transactionId": "t-1", "packageInfoList": [wanted], **amount}
    assert api.refused("esim/order", body) == expected
    assert api.balance == BALANCE
    assert api.server.emulator.dump()["orders"] == []


def test_prices_that_are_right_and_a_day_pass(api: Api) -> None:
    entries = [
        {"packageCode": "JC016", "count": 2, "price": 57_000},
        {"packageCode": "JP_DAY", "count": 1, "periodNum": 7, "price": 10_000},
    ]
    body = {"transactionId": "t", "packageInfoList": entries, "amount": 2 * 57_000 + 7 * 10_000}
    api.ok("esim/order", body)
    assert api.balance == BALANCE - body["amount"]  # type: ignore[operator]  # the amount of the body


def test_stock_ends(api: Api) -> None:
    scarce = {"packageCode": "RARE", "slug": "RARE_1", "name": "Rare", "price": 10, "stock": 1}
    api.server.emulator.seed({"packages": [scarce]})
    api.order("t-1", packageCode="RARE")
    again = {"transactionId": "t-2", "packageInfoList": [{"packageCode": "RARE_1", "count": 1}]}
    assert api.refused("esim/order", again) == "200011"


def test_a_refused_order_may_be_sent_again_under_its_number(api: Api) -> None:
    api.admin("POST", "balance", {"balance": 0})
    body = {"transactionId": "t", "packageInfoList": [{"packageCode": "JC016", "count": 1}]}
    assert api.refused("esim/order", body) == "200007"
    api.admin("POST", "balance", {"balance": 57_000})
    assert api.order("t").startswith("B")
    assert api.balance == 0


@pytest.mark.parametrize("code", ["000001", "200007", "200008", "200011", "900001"])
def test_refusals_can_be_switched_on(api: Api, code: str) -> None:
    line = api.line()
    api.switch(refuse=code)
    body = {"transactionId": "t", "packageInfoList": [{"packageCode": "JC016", "count": 1}]}
    assert api.refused("esim/order", body) == code
    top_up = {
        "esimTranNo": line["esimTranNo"],
        "packageCode": "TOPUP_JC172",
        "transactionId": "u",
    }
    assert api.refused("esim/topup", top_up) == code


def test_other_paces(api: Api) -> None:
    api.switch(allocation="after_polls", pace_polls=2)
    asked = {"orderNo": api.order("t-1"), "pager": PAGER}
    assert api.refused("esim/query", asked) == "200010"
    assert len(api.ok("esim/query", asked)["esimList"]) == 1
    api.switch(allocation="never")
    never = {"orderNo": api.order("t-2"), "pager": PAGER}
    api.advance(86_400)
    assert api.refused("esim/query", never) == "200010"
    assert api.admin("POST", "settle", {"orderNo": never["orderNo"]}).status_code == 204
    assert len(api.ok("esim/query", never)["esimList"]) == 1
    assert api.admin("POST", "settle", {"orderNo": "B0"}).status_code == 400


def test_an_order_that_fails_is_refunded(api: Api) -> None:
    api.switch(allocation="fails")
    failed = {"orderNo": api.order("t-1"), "pager": PAGER}
    assert api.refused("esim/query", failed) == "200009"
    assert api.balance == BALANCE


def test_queries(api: Api) -> None:
    api.switch(allocation="immediate")
    numbers = [api.order(f"t-{index}") for index in range(7)]
    lines = [api.query(orderNo=number)[0] for number in numbers]
    everything = {"startTime": "2020-01-01T00:00+00:00", "endTime": "2099-01-01T00:00+00:00"}
    pages = [
        api.ok("esim/query", {**everything, "pager": {"pageNum": page, "pageSize": 5}})
        for page in (1, 2, 3)
    ]
    shown = [[line["transactionId"] for line in page["esimList"]] for page in pages]
    assert shown == [[f"t-{i}" for i in range(5)], ["t-5", "t-6"], []]
    assert {page["pager"]["total"] for page in pages} == {7}
    assert api.query(iccid=lines[2]["iccid"]) == [lines[2]]
    assert api.query(esimTranNo=lines[3]["esimTranNo"]) == [lines[3]]
    past = {"startTime": "2020-01-01T00:00+00:00", "endTime": "2020-01-02T00:00:00+00:00"}
    assert api.query(**past) == []
    api.switch(unknown_line="empty")
    assert api.query(esimTranNo="1") == []


def test_packages(api: Api) -> None:
    base = api.ok("package/list", {"type": "BASE"})["packageList"]
    assert [package["packageCode"] for package in base] == ["JC016", "DAY01"]
    assert base[0]["currencyCode"] == "USD"
    iccid = api.line()["iccid"]
    for query in ({"packageCode": "JC016"}, {"slug": "JP_5_30"}, {"iccid": iccid}):
        found = api.ok("package/list", {"type": "TOPUP", "locationCode": "", **query})
        assert [package["packageCode"] for package in found["packageList"]] == ["TOPUP_JC172"]
    passes = api.ok("package/list", {"dataType": "2"})["packageList"]
    assert [package["packageCode"] for package in passes] == ["DAY01"]
    assert api.ok("package/list", {"locationCode": "FR"})["packageList"] == []
    assert api.refused("package/list", {"type": "TOPUP", "packageCode": "NONE"}) == "310241"
    assert api.ok("location/list")["locationList"][0]["code"] == "JP"


@pytest.mark.parametrize(
    ("seed", "complaint"),
    [
        ({"packages": [{"packageCode": "A"}]}, "slug"),
        (
            {
                "packages": [
                    {
                        "packageCode": "TOPUP_A",
                        "slug": "a",
                        "name": "A",
                        "price": 1,
                        "topsUp": ["B"],
                    }
                ]
            },
            "do not exist",
        ),
        ({"lines": [{"packageCode": "NONE", "transactionId": "t"}]}, "does not exist"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_wrong_seeds_are_explained(api: Api, seed: dict[str, Any], complaint: str) -> None:
    answer = api.admin("POST", "seed", seed)
    assert answer.status_code == 400
    assert complaint in answer.text


def test_a_seeded_line_is_there(api: Api) -> None:
    api.server.emulator.seed({"lines": [{"packageCode": "JP_5_30", "transactionId": "demo"}]})
    (line,) = api.server.emulator.dump()["esims"]
    assert (line["transactionId"], line["esimStatus"]) == ("demo", "GOT_RESOURCE")
    assert api.balance == BALANCE
