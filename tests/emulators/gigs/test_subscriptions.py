"""Subscriptions from creation to their end, SIMs and credentials."""

from __future__ import annotations

import re
from typing import Any

import pytest
from stdnum import luhn

from local.emulators.gigs.values import luhn_digit
from tests.emulators.gigs.conftest import PLAN, Api

DAY = 24 * 3600


def status(api: Api, subscription: dict[str, Any]) -> str:
    result: str = api.ok("GET", f"subscriptions/{subscription['id']}")["status"]
    return result


def credentials(api: Api, sim: dict[str, Any]) -> dict[str, Any]:
    return api.ok("GET", f"sims/{sim['id']}/credentials")


def test_activation_as_the_guide_shows_it(api: Api) -> None:
    user = api.user()
    pending = api.subscribe(user["id"], metadata={"order": "1"})
    assert (pending["status"], pending["sim"], pending["currentPeriod"]) == ("pending", None, None)
    assert pending["plan"]["id"] == PLAN["id"]
    assert pending["user"] == user
    active = api.ok("GET", f"subscriptions/{pending['id']}")
    assert active["status"] == "active"
    assert active["metadata"] == {"order": "1"}
    assert active["currentPeriod"]["number"] == 1
    assert active["phoneNumber"].startswith("+81")
    assert (active["sim"]["status"], active["sim"]["type"]) == ("active", "eSIM")
    shown = credentials(api, active["sim"])
    assert re.fullmatch(r"LPA:1\$smdp\.gigs\.com\$[A-Z0-9-]+", shown["activationCode"])
    assert shown["sim"] == active["sim"]["id"]
    assert "iosInstallUrl" not in shown
    profile = api.ok("GET", f"sims/{active['sim']['id']}/eSimProfile")
    assert profile["status"] == "unknown"


@pytest.mark.parametrize("digits", [19, 20])
def test_iccids_are_valid(api: Api, digits: int) -> None:
    api.switch(iccid_digits=digits)
    iccid = api.line()["sim"]["iccid"]
    assert len(iccid) == digits
    assert iccid.startswith("89")
    assert luhn.is_valid(iccid)
    assert luhn_digit("8988307000000753711") == "9"
    found = api.ok("POST", "sims/search", {"iccid": iccid, "type": ["eSIM"]})
    assert [sim["iccid"] for sim in found["items"]] == [iccid]


def test_activation_by_the_clock(api: Api) -> None:
    api.switch(activation="after_seconds", pace_seconds=600)
    subscription = api.subscribe(api.user()["id"])
    assert status(api, subscription) == "pending"
    api.advance(599)
    assert status(api, subscription) == "pending"
    api.advance(2)
    assert status(api, subscription) == "active"


def test_activation_after_polls(api: Api) -> None:
    api.switch(activation="after_polls", pace_polls=3)
    subscription = api.subscribe(api.user()["id"])
    api.ok("GET", "subscriptions")
    assert [status(api, subscription) for _ in range(3)] == ["pending", "pending", "active"]


def test_activation_that_never_comes_and_one_that_is_forced(api: Api) -> None:
    api.switch(activation="never")
    subscription = api.subscribe(api.user()["id"])
    api.advance(30 * DAY)
    assert status(api, subscription) == "pending"
    assert api.admin("POST", "settle", {"id": subscription["id"]}).status_code == 204
    assert status(api, subscription) == "active"
    assert api.admin("POST", "settle", {"id": "sub_none"}).status_code == 400


def test_activation_that_fails(api: Api) -> None:
    api.switch(activation="fails")
    subscription = api.subscribe(api.user()["id"])
    ended = api.ok("GET", f"subscriptions/{subscription['id']}")
    assert (ended["status"], ended["cancellationDetails"]) == ("ended", {"cause": "simUnusable"})
    assert api.ok("GET", "subscriptions")["items"] == []
    assert len(api.ok("GET", "subscriptions?status=ended")["items"]) == 1


@pytest.mark.parametrize(
    ("variant", "expected"),
    [("not_found", 404), ("null", None), ("available", "LPA:1$")],
)
def test_credentials_before_activation(api: Api, variant: str, expected: Any) -> None:
    api.switch(
        activation="never", sim_while_pending="allocated", credentials_before_activation=variant
    )
    sim = api.subscribe(api.user()["id"])["sim"]
    assert sim["status"] == "inactive"
    answer = api.call("GET", f"sims/{sim['id']}/credentials")
    if variant == "not_found":
        assert answer.status_code == expected
    else:
        code = answer.json()["activationCode"]
        assert code is None if expected is None else code.startswith(expected)


def test_install_urls(api: Api) -> None:
    sim = api.line()["sim"]
    api.switch(install_urls="null")
    assert credentials(api, sim)["iosInstallUrl"] is None
    api.switch(install_urls="present")
    shown = credentials(api, sim)
    assert shown["androidInstallUrl"].endswith("?carddata=" + shown["activationCode"])


def test_placeholder_sims_carry_their_own_delay(api: Api) -> None:
    api.switch(activation="never")
    user = api.user()["id"]
    at_once = api.subscribe(user, sim="sim_test_esim")
    assert at_once["sim"]["iccid"].startswith("8942424242")
    assert status(api, at_once) == "active"
    later = api.subscribe(user, sim="sim_test_esim_delayed_four_hours")
    assert status(api, later) == "pending"
    api.advance(4 * 3600)
    assert status(api, later) == "active"
    physical = {"plan": PLAN["id"], "user": user, "sim": "sim_test_psim"}
    assert api.call("POST", "subscriptions", physical).json()["type"] == "invalid"
    placeholder = api.ok("POST", "sims/search", {"iccid": "8942400090000000010"})
    assert placeholder["items"][0]["id"] == "sim_test_esim"


def test_sims_are_not_shared(api: Api) -> None:
    line = api.line()
    wanted = {"plan": PLAN["id"], "user": line["user"]["id"], "sim": line["sim"]["id"]}
    assert api.call("POST", "subscriptions", wanted).json()["code"] == "simAlreadyUsed"
    api.ok("POST", f"subscriptions/{line['id']}/end")
    again = api.subscribe(line["user"]["id"], sim="preferLastUsed")
    assert again["sim"]["id"] == line["sim"]["id"]
    assert status(api, again) == "active"


@pytest.mark.parametrize(
    ("reason", "status_code", "code"),
    [
        ("serviceUnavailable", 503, "serviceUnavailable"),
        ("unknown", 500, "unknown"),
        ("deviceNotSupported", 422, "deviceNotSupported"),
        ("userAddressInvalid", 422, "userAddressInvalid"),
        ("outOfStock", 422, None),
    ],
)
def test_provider_refusals(api: Api, reason: str, status_code: int, code: str | None) -> None:
    user = api.user()["id"]
    api.switch(refuse_subscriptions=reason)
    answer = api.call("POST", "subscriptions", {"plan": PLAN["id"], "user": user})
    assert (answer.status_code, answer.json().get("code")) == (status_code, code)
    assert api.ok("GET", "subscriptions")["items"] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"plan": "pln_none"},
        {"plan": "pln_draft"},
        {"plan": "pln_demanding"},
        {"plan": "pln_plastic"},
        {"user": "usr_none"},
        {"sim": "sim_none"},
        {"device": "dev_none"},
        {"userAddress": "adr_none"},
        {"porting": "prt_none"},
        {"billing": {}},
        {"quantity": 1},
    ],
)
def test_wrong_subscriptions(api: Api, wrong: dict[str, Any]) -> None:
    api.server.emulator.seed(
        {
            "plans": [
                {"id": "pln_draft", "name": "Draft", "status": "draft"},
                {"id": "pln_demanding", "name": "Demanding", "requirements": {"device": "present"}},
                {"id": "pln_plastic", "name": "Plastic", "simTypes": ["pSIM"]},
            ]
        }
    )
    wanted = {"plan": PLAN["id"], "user": api.user()["id"], "sim": "auto"} | wrong
    answer = api.call("POST", "subscriptions", wanted)
    assert (answer.status_code, answer.json()["type"]) == (422, "invalid")
    assert api.ok("GET", "subscriptions")["items"] == []


def test_address_and_device_that_a_plan_requires(api: Api) -> None:
    needs = {"address": "present", "device": "present", "user.fullName": "present"}
    api.server.emulator.seed(
        {"plans": [{"id": "pln_x", "name": "X", "requirements": needs}], "devices": ["dev_1"]}
    )
    user = api.user()["id"]
    place = {"line1": "1-1", "city": "Tokyo", "country": "JP"}
    address = api.ok("POST", f"users/{user}/addresses", place)["id"]
    made = api.subscribe(user, plan="pln_x", userAddress=address, device="dev_1")
    assert made["userAddress"] == address
    stranger = api.user("hanako@example.com")["id"]
    foreign = {"plan": "pln_x", "user": stranger, "userAddress": address, "device": "dev_1"}
    assert api.call("POST", "subscriptions", foreign).json()["code"] == "userAddressInvalid"


def test_filters(api: Api) -> None:
    line = api.line()
    other = api.subscribe(api.user("hanako@example.com")["id"])
    api.ok("POST", f"subscriptions/{other['id']}/end")
    for query, expected in [
        ("", [line["id"]]),
        (f"?user={line['user']['id']}", [line["id"]]),
        (f"?user={other['user']['id']}", []),
        (f"?sim={line['sim']['id']}", [line["id"]]),
        ("?status=active,ended", [other["id"], line["id"]]),
        ("?plan=pln_none", []),
    ]:
        found = api.ok("GET", f"subscriptions{query}")["items"]
        assert [item["id"] for item in found] == expected
    searched = api.ok("POST", "subscriptions/search", {"status": ["ended"]})["items"]
    assert [item["id"] for item in searched] == [other["id"]]
    assert len(api.ok("GET", f"sims?user={line['user']['id']}&status=active")["items"]) == 1


def test_cancel_resume_and_end(api: Api) -> None:
    line = api.line()
    path = f"subscriptions/{line['id']}"
    assert api.call("POST", f"{path}/resume").status_code == 422
    details = {"cancellationDetails": {"userReason": "unused"}}
    canceled = api.ok("POST", f"{path}/cancel", details)
    assert canceled["endedAt"] == line["currentPeriod"]["end"]
    assert canceled["cancellationDetails"]["cause"] == "cancellationRequested"
    assert api.call("POST", f"{path}/cancel").status_code == 422
    assert api.ok("POST", f"{path}/resume")["canceledAt"] is None
    api.ok("POST", f"{path}/cancel")
    api.advance(32 * DAY)
    assert status(api, line) == "ended"
    assert api.ok("GET", f"sims/{line['sim']['id']}")["status"] == "inactive"
    assert api.call("DELETE", path).status_code == 422


def test_pending_subscription_can_be_ended_unless_switched(api: Api) -> None:
    api.switch(activation="never", end_pending="refused")
    subscription = api.subscribe(api.user()["id"])
    assert api.call("DELETE", f"subscriptions/{subscription['id']}").status_code == 422
    api.switch(end_pending="allowed")
    assert api.ok("DELETE", f"subscriptions/{subscription['id']}")["status"] == "ended"


def test_renewal_opens_a_new_period(api: Api) -> None:
    line = api.line()
    api.advance(32 * DAY)
    renewed = api.ok("GET", f"subscriptions/{line['id']}")
    assert renewed["currentPeriod"]["number"] == 2
    assert renewed["currentPeriod"]["start"] == line["currentPeriod"]["end"]
    balances = api.ok("GET", f"usageBalances?subscription={line['id']}")["items"]
    assert sorted({b["source"]["subscriptionPeriod"] for b in balances}) == [1, 2]


def test_deleted_user_loses_the_line(api: Api) -> None:
    line = api.line()
    api.ok("DELETE", f"users/{line['user']['id']}")
    ended = api.ok("GET", f"subscriptions/{line['id']}")
    assert (ended["status"], ended["cancellationDetails"]["cause"]) == ("ended", "userDeleted")


def test_metadata_and_address_can_be_patched(api: Api) -> None:
    line = api.line()
    changed = api.ok("PATCH", f"subscriptions/{line['id']}", {"metadata": {"whmcs": "7"}})
    assert changed["metadata"] == {"whmcs": "7"}
    sim = api.ok("PATCH", f"sims/{line['sim']['id']}", {"metadata": {"a": "b"}})
    assert sim["metadata"] == {"a": "b"}


def test_seeded_line_is_active(api: Api) -> None:
    api.server.emulator.seed(
        {
            "users": [{"id": "usr_demo", "email": "demo@example.com"}],
            "subscriptions": [{"id": "sub_demo", "plan": PLAN["id"], "user": "usr_demo"}],
        }
    )
    assert status(api, {"id": "sub_demo"}) == "active"
