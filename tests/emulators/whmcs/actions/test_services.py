"""Services, products, upgrades."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulators.whmcs.support import FIBRE, HANAKO, ROUTER, SIM, Api, packed


def test_get_products_filters(api: Api) -> None:
    def pids(**fields: Any) -> list[int]:
        return [p["pid"] for p in api.ok("GetProducts", **fields)["products"]["product"]]

    assert pids(pid=f"{FIBRE},{SIM}") == [FIBRE, SIM]
    assert pids(gid=1) == [FIBRE, ROUTER]
    assert pids(module="portalstub") == [FIBRE, SIM]
    assert api.ok("GetProducts", pid=999)["totalresults"] == 0


def test_product_shape(api: Api) -> None:
    product = api.ok("GetProducts", pid=FIBRE)["products"]["product"][0]
    assert product["pricing"]["JPY"]["monthly"] == "5500.00"
    assert product["pricing"]["JPY"]["quarterly"] == "-1.00"
    assert (product["pricing"]["JPY"]["prefix"], product["paytype"]) == ("¥", "recurring")
    fields = product["customfields"]["customfield"]
    assert [field["id"] for field in fields] == [12], "only what shows on the order form"
    option = product["configoptions"]["configoption"][0]
    assert (option["type"], option["options"]["option"][1]["pricing"]["JPY"]["monthly"]) == (
        "1",
        "1000.00",
    )


def test_get_clients_products_echoes_and_filters(api: Api) -> None:
    api.order(FIBRE, SIM)
    api.ok("ModuleCreate", serviceid=1)
    answer = api.ok("GetClientsProducts", clientid=HANAKO, pid=SIM)
    assert (answer["clientid"], answer["pid"], answer["serviceid"]) == (str(HANAKO), str(SIM), None)
    assert [s["pid"] for s in answer["products"]["product"]] == [str(SIM)]
    assert [s["id"] for s in api.services(serviceid=1)] == ["1"]
    assert [s["id"] for s in api.services(username2="svc1")] == ["1"]
    assert api.services(domain="nowhere") == []
    order = api.ok("GetOrders")["orders"]["order"][0]
    assert api.services()[0]["ordernumber"] == str(order["ordernum"])


def test_update_client_product(api: Api) -> None:
    api.order(FIBRE)
    answer = api.ok(
        "UpdateClientProduct",
        serviceid=1,
        notes="reissued 2026",
        domain="090-0000",
        status="Suspended",
        billingcycle="Annually",
        customfields=packed({12: "REF"}),
        configoptions=packed({5: {"optionid": 20, "qty": 2}}),
    )
    assert answer["serviceid"] == "1"
    service = api.services()[0]
    assert (service["notes"], service["domain"], service["status"], service["billingcycle"]) == (
        "reissued 2026",
        "090-0000",
        "Suspended",
        "Annually",
    )
    assert service["customfields"]["customfield"][0]["value"] == "REF"
    assert [o["value"] for o in service["configoptions"]["configoption"]] == ["1 Gbps", 2, 0]
    assert service["recurringamount"] == "5500.00", "not recalculated unless asked"
    api.ok(
        "UpdateClientProduct",
        serviceid=1,
        billingcycle="monthly",
        autorecalc=1,
        **{"unset[]": "notes"},
    )
    service = api.services()[0]
    assert (service["recurringamount"], service["notes"]) == ("6100.00", "")
    assert api.refused("UpdateClientProduct", serviceid=9) == "Service ID Not Found"


def test_cancel_requests(api: Api) -> None:
    api.order(SIM)
    assert api.refused("AddCancelRequest", serviceid=9) == "Service ID Not Found"
    assert "Immediate" in api.refused("AddCancelRequest", serviceid=1, type="now")
    api.ok("AddCancelRequest", serviceid=1, type="Immediate", reason="moving")
    assert "already" in api.refused("AddCancelRequest", serviceid=1)
    assert api.state()["cancelRequests"][0]["reason"] == "moving"


def test_there_are_no_addons(api: Api) -> None:
    assert api.ok("GetClientsAddons", clientid=HANAKO)["addons"] == {"addon": []}


def accepted(api: Api, *pids: int) -> None:
    api.ok("AcceptOrder", orderid=api.order(*pids, noinvoice=1)["orderid"])


def test_upgrade_of_options_takes_plain_arrays(api: Api) -> None:
    accepted(api, FIBRE)
    request = {
        "serviceid": 1,
        "paymentmethod": "stripe",
        "type": "configoptions",
        "configoptions[4]": 9,
    }
    quote = api.ok("UpgradeProduct", **request, calconly=1)
    assert (quote["price"], quote["upgradeinprogress"]) == ("¥1,000 JPY", 0)
    assert quote["daysuntilrenewal"] == quote["totaldays"]
    assert api.services()[0]["recurringamount"] == "5500.00"
    done = api.ok("UpgradeProduct", **request)
    assert api.services()[0]["recurringamount"] == "6500.00"
    assert api.ok("GetInvoice", invoiceid=done["invoiceid"])["total"] == "1000.00"
    assert api.refused("UpgradeProduct", **request).startswith("Unable to accept upgrade order.")
    api.ok("CapturePayment", invoiceid=done["invoiceid"])
    again = {**request, "configoptions[4]": 8}
    assert api.ok("UpgradeProduct", **again)["invoiceid"] is None, "downgrades cost nothing"


def test_upgrade_price_is_for_the_days_left(api: Api) -> None:
    accepted(api, FIBRE)
    due = api.services()[0]["nextduedate"]
    days = api.ok(
        "UpgradeProduct", serviceid=1, paymentmethod="stripe", type="configoptions", calconly=1
    )["totaldays"]
    api.emulator.clock.advance((days - 1) * 86400)
    quote = api.ok(
        "UpgradeProduct",
        serviceid=1,
        paymentmethod="stripe",
        type="configoptions",
        calconly=1,
        **{"configoptions[4]": 9},
    )
    assert quote["daysuntilrenewal"] == 1, due
    assert quote["price"] == f"¥{round(1000 / days)} JPY"


def test_upgrade_to_another_product(api: Api) -> None:
    accepted(api, SIM)
    request = {"serviceid": 1, "paymentmethod": "stripe", "type": "product"}
    done = api.ok("UpgradeProduct", **request, newproductid=FIBRE, newproductbillingcycle="monthly")
    assert (done["oldproductid"], done["newproductname"]) == (SIM, "Fibre")
    assert api.services()[0]["pid"] == str(FIBRE)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"serviceid": 9}, "Service ID Not Found"),
        ({"type": "colour"}, "Invalid Upgrade Type"),
        ({"paymentmethod": "x"}, "Invalid Payment Method. Valid options include"),
        (
            {"type": "product", "newproductid": FIBRE, "newproductbillingcycle": "quarterly"},
            "Invalid Billing Cycle Requested",
        ),
    ],
)
def test_upgrade_refusals(api: Api, fields: dict[str, Any], message: str) -> None:
    accepted(api, SIM)
    request = {"serviceid": 1, "paymentmethod": "stripe", "type": "configoptions", **fields}
    assert api.refused("UpgradeProduct", **request).startswith(message)
