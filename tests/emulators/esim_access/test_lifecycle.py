"""What happens to a line: devices, traffic, top-ups, suspension, end and expiry."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulators.esim_access.conftest import BALANCE, GIGABYTE, Api

DAY = 24 * 3600


def device(api: Api, line: dict[str, Any], *actions: str) -> dict[str, Any]:
    for action in actions:
        body = {"esimTranNo": line["esimTranNo"], "action": action}
        answer = api.admin("POST", "device", body)
        assert answer.ok, answer.text
    return api.again(line)


def use(api: Api, line: dict[str, Any], volume: int) -> dict[str, Any]:
    body = {"esimTranNo": line["esimTranNo"], "volume": volume}
    assert api.admin("POST", "use", body).ok
    return api.again(line)


def top_up(api: Api, line: dict[str, Any], transaction_id: str = "u-1", **more: Any) -> Any:
    body = {
        "esimTranNo": line["esimTranNo"],
        "packageCode": "TOPUP_JC172",
        "transactionId": transaction_id,
        **more,
    }
    return api.call("esim/topup", body)


def test_installation_and_use(api: Api) -> None:
    line = api.line()
    installed = device(api, line, "download", "install", "enable")
    assert (installed["smdpStatus"], installed["esimStatus"]) == ("ENABLED", "GOT_RESOURCE")
    assert int(installed["eid"]) % 97 == 1
    assert installed["activateTime"] is not None
    used = use(api, line, GIGABYTE)
    assert (used["esimStatus"], used["orderUsage"]) == ("IN_USE", GIGABYTE)
    shown = api.ok("esim/usage/query", {"esimTranNoList": [line["esimTranNo"], "unknown"]})
    (usage,) = shown["esimUsageList"]
    assert (usage["dataUsage"], usage["totalData"]) == (GIGABYTE, 5 * GIGABYTE)
    depleted = use(api, line, 5 * GIGABYTE)
    assert (depleted["esimStatus"], depleted["orderUsage"]) == ("USED_UP", 5 * GIGABYTE)


def test_top_up(api: Api) -> None:
    line = api.line()
    before = api.balance
    use(api, line, 5 * GIGABYTE)
    answer = top_up(api, line, amount="12000")["obj"]
    assert answer["transactionId"] == "u-1"
    assert (answer["totalVolume"], answer["totalDuration"]) == (6 * GIGABYTE, 37)
    assert answer["topUpEsimTranNo"]
    assert api.balance == before - 12_000
    topped = api.again(line)
    assert (topped["totalVolume"], topped["esimStatus"]) == (6 * GIGABYTE, "IN_USE")
    assert [package["packageCode"] for package in topped["packageList"]] == ["JC016", "TOPUP_JC172"]
    by_slug = top_up(api, line, "u-2", packageCode="JP_1_7")
    assert by_slug["obj"]["totalVolume"] == 7 * GIGABYTE


def test_nothing_says_that_a_duplicate_top_up_is_the_same_request(api: Api) -> None:
    line = api.line()
    for total in (6, 7):
        assert top_up(api, line)["obj"]["totalVolume"] == total * GIGABYTE
    api.switch(top_up_duplicates="same_request")
    assert top_up(api, line)["obj"]["totalVolume"] == 6 * GIGABYTE
    assert len(api.server.emulator.dump()["topUps"]) == 2


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"packageCode": "TOPUP_NONE"}, "310241"),
        ({"packageCode": "JC016"}, "310241"),
        ({"packageCode": "TOPUP_DAY01"}, "200008"),
        ({"periodNum": "5"}, "200008"),
        ({"amount": "1"}, "200006"),
        ({"amount": 12_000}, "000104"),
        ({"esimTranNo": "1"}, "310403"),
        ({"esimTranNo": ""}, "000105"),
    ],
)
def test_top_ups_that_are_refused(api: Api, change: dict[str, Any], expected: str) -> None:
    line = api.line()
    before = api.balance
    assert top_up(api, line, **change)["errorCode"] == expected
    assert api.balance == before
    assert api.again(line) == line


def test_a_top_up_without_balance(api: Api) -> None:
    line = api.line()
    api.admin("POST", "balance", {"balance": 11_999})
    assert top_up(api, line)["errorCode"] == "200007"
    assert api.again(line) == line


def test_a_day_pass_is_prolonged_by_days(api: Api) -> None:
    api.switch(allocation="immediate")
    (line,) = api.query(orderNo=api.order("t", packageCode="JP_DAY", periodNum=3))
    answer = top_up(api, line, packageCode="TOPUP_DAY01", periodNum="5")
    assert answer["obj"]["totalDuration"] == 8


def test_cancel_refunds_what_was_never_installed(api: Api) -> None:
    line = api.line()
    api.ok("esim/cancel", {"esimTranNo": line["esimTranNo"]})
    assert api.again(line)["esimStatus"] == "CANCEL"
    assert api.balance == BALANCE
    assert api.refused("esim/cancel", {"iccid": line["iccid"]}) == "200002"


def test_what_was_installed_can_only_be_revoked(api: Api) -> None:
    line = api.line()
    device(api, line, "download")
    before = api.balance
    assert api.refused("esim/cancel", {"esimTranNo": line["esimTranNo"]}) == "200002"
    api.ok("esim/revoke", {"esimTranNo": line["esimTranNo"]})
    assert api.again(line)["esimStatus"] == "REVOKE"
    assert api.balance == before
    assert api.refused("esim/revoke", {"esimTranNo": line["esimTranNo"]}) == "200002"
    assert top_up(api, line)["errorCode"] == "200002"


def test_suspension(api: Api) -> None:
    line = api.line()
    name = {"esimTranNo": line["esimTranNo"]}
    assert api.refused("esim/unsuspend", name) == "200002"
    api.ok("esim/suspend", name)
    assert api.again(line)["esimStatus"] == "SUSPENDED"
    assert api.refused("esim/suspend", name) == "200002"
    assert top_up(api, line)["errorCode"] == "200002"
    api.ok("esim/unsuspend", name)
    assert api.again(line)["esimStatus"] == "GOT_RESOURCE"


def test_expiry(api: Api) -> None:
    unused, used = api.line("t-1"), api.line("t-2")
    device(api, used, "install")
    api.advance(31 * DAY)
    assert api.again(used)["esimStatus"] == "USED_EXPIRED"
    assert top_up(api, used)["errorCode"] == "200002"
    assert api.again(unused)["esimStatus"] == "GOT_RESOURCE"
    api.advance(150 * DAY)
    assert api.again(unused)["esimStatus"] == "UNUSED_EXPIRED"


def test_a_top_up_prolongs(api: Api) -> None:
    line = api.line()
    device(api, line, "install")
    top_up(api, line)
    api.advance(31 * DAY)
    assert api.again(line)["esimStatus"] == "GOT_RESOURCE"
    api.advance(7 * DAY)
    assert api.again(line)["esimStatus"] == "USED_EXPIRED"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("device", {"esimTranNo": "1", "action": "install"}),
        ("device", {"esimTranNo": "1", "action": "explode"}),
        ("use", {"esimTranNo": "1", "volume": 0}),
        ("balance", {"balance": -1}),
        ("events", {"type": "WEATHER", "content": {}}),
        ("events/deliver", {"ids": ["unknown"]}),
    ],
)
def test_mistakes_in_the_admin_api_are_explained(api: Api, path: str, body: Any) -> None:
    assert api.admin("POST", path, body).status_code == 400
