"""Reissue, plan change, top-up, usage."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulators.gigs.conftest import ADDON, PLAN, Api

DAY = 24 * 3600


def reissue(api: Api, line: dict[str, Any], **more: Any) -> dict[str, Any]:
    wanted = {"subscription": line["id"], "sim": "auto", "when": "now", **more}
    return api.ok("POST", "subscriptionChanges", wanted)


def top_up(api: Api, line: dict[str, Any]) -> dict[str, Any]:
    wanted = {"addon": ADDON["id"], "subscription": line["id"]}
    return api.ok("POST", "subscriptionAddons", wanted)


def test_reissue_keeps_the_line_and_retires_the_old_sim(api: Api) -> None:
    line = api.line()
    old_code = api.ok("GET", f"sims/{line['sim']['id']}/credentials")["activationCode"]
    pending = reissue(api, line)
    assert pending["status"] == "pending"
    assert pending["requestedChange"] == {"plan": None, "sim": "auto", "when": "now"}
    assert pending["sim"]["id"] != line["sim"]["id"]
    applied = api.ok("GET", f"subscriptionChanges/{pending['id']}")
    assert applied["status"] == "applied"
    assert applied["appliedAt"]
    after = api.ok("GET", f"subscriptions/{line['id']}")
    assert after["sim"]["id"] == pending["sim"]["id"]
    assert after["phoneNumber"] == line["phoneNumber"]
    assert after["plan"] == line["plan"]
    assert api.ok("GET", f"sims/{line['sim']['id']}")["status"] == "retired"
    new_code = api.ok("GET", f"sims/{after['sim']['id']}/credentials")["activationCode"]
    assert new_code != old_code
    listed = api.ok("GET", f"subscriptionChanges?subscription={line['id']}&status=applied")
    assert [change["id"] for change in listed["items"]] == [pending["id"]]


def test_reissue_that_shows_its_sim_late(api: Api) -> None:
    api.switch(change_sim_while_pending="null", change_application="after_polls", pace_polls=2)
    change = reissue(api, api.line())
    assert change["sim"] is None
    assert api.ok("GET", f"subscriptionChanges/{change['id']}")["sim"] is None
    assert api.ok("GET", f"subscriptionChanges/{change['id']}")["sim"] is not None


def test_credentials_of_a_reissue_wait_for_it(api: Api) -> None:
    line = api.line()
    api.switch(change_application="never")
    change = reissue(api, line)
    path = f"sims/{change['sim']['id']}/credentials"
    assert api.call("GET", path).status_code == 404
    api.admin("POST", "settle", {"id": change["id"]})
    assert api.ok("GET", path)["activationCode"]


def test_reissue_that_fails_leaves_the_line_alone(api: Api) -> None:
    line = api.line()
    api.switch(change_application="fails", change_failure_code="consentNotGiven")
    change = api.ok("GET", f"subscriptionChanges/{reissue(api, line)['id']}")
    assert (change["status"], change["failureCode"]) == ("failed", "consentNotGiven")
    assert api.ok("GET", f"subscriptions/{line['id']}")["sim"] == line["sim"]


def test_reissue_with_consent(api: Api) -> None:
    line = api.line()
    api.switch(user_consent=True)
    given, refused, forgotten = (reissue(api, line) for _ in range(3))
    assert given["status"] == "initiated"
    api.admin("POST", "consent", {"id": given["id"], "given": True})
    api.admin("POST", "consent", {"id": refused["id"], "given": False})
    api.advance(5 * 3600)
    changes = api.ok("GET", "subscriptionChanges")["items"]
    assert {change["id"]: (change["status"], change["failureCode"]) for change in changes} == {
        given["id"]: ("applied", None),
        refused["id"]: ("failed", "consentNotGiven"),
        forgotten["id"]: ("failed", "consentNotGiven"),
    }
    assert api.admin("POST", "consent", {"id": given["id"], "given": True}).status_code == 400


def test_open_change_can_be_deleted(api: Api) -> None:
    line = api.line()
    api.switch(change_application="never")
    change = reissue(api, line)
    assert api.ok("DELETE", f"subscriptionChanges/{change['id']}")["status"] == "deleted"
    assert api.call("DELETE", f"subscriptionChanges/{change['id']}").status_code == 422
    assert api.ok("GET", f"subscriptions/{line['id']}")["sim"] == line["sim"]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"sim": None}, None),
        ({"plan": PLAN["id"]}, None),
        ({"when": "renewal"}, None),
        ({"when": "later"}, None),
        ({"subscription": "sub_none"}, None),
        ({"sim": "sim_none"}, None),
        ({"sim": None, "plan": "pln_abroad"}, "subscriptionChangeProviderTransitionNotSupported"),
    ],
)
def test_wrong_changes(api: Api, wrong: dict[str, Any], code: str | None) -> None:
    api.server.emulator.seed({"plans": [{"id": "pln_abroad", "name": "A", "provider": "p9"}]})
    wanted = {"subscription": api.line()["id"], "sim": "auto", "when": "now"} | wrong
    answer = api.call("POST", "subscriptionChanges", wanted)
    assert (answer.status_code, answer.json().get("code")) == (422, code)
    assert api.ok("GET", "subscriptionChanges")["items"] == []


def test_change_needs_an_active_line_and_a_willing_provider(api: Api) -> None:
    line = api.line()
    wanted = {"subscription": line["id"], "sim": "auto", "when": "now"}
    api.switch(refuse_changes="portOutAlreadyExists")
    answer = api.call("POST", "subscriptionChanges", wanted)
    assert answer.json()["code"] == "portOutAlreadyExists"
    api.switch(refuse_changes=None)
    api.ok("POST", f"subscriptions/{line['id']}/end")
    assert api.call("POST", "subscriptionChanges", wanted).status_code == 422


def test_plan_changes_at_renewal(api: Api) -> None:
    bigger = {"id": "pln_japan20", "name": "J", "allowances": {"dataBytes": 20_000_000_000}}
    api.server.emulator.seed({"plans": [bigger]})
    line = api.line()
    wanted = {"subscription": line["id"], "plan": "pln_japan20"}
    change = api.ok("POST", "subscriptionChanges", wanted)
    assert change["scheduledAt"] == line["currentPeriod"]["end"]
    assert api.ok("GET", f"subscriptions/{line['id']}")["plan"]["id"] == PLAN["id"]
    api.advance(32 * DAY)
    assert api.ok("GET", f"subscriptions/{line['id']}")["plan"]["id"] == "pln_japan20"
    query = f"usageBalances?subscription={line['id']}&subscriptionPeriod=current"
    assert [balance["limit"] for balance in api.ok("GET", query)["items"]] == [20_000_000_000]


def test_top_up_adds_a_balance_until_it_expires(api: Api) -> None:
    line = api.line()
    bought = top_up(api, line)
    assert (bought["status"], bought["currentPeriod"]) == ("pending", None)
    path = f"subscriptionAddons/{bought['id']}"
    active = api.ok("GET", path)
    assert (active["status"], active["addon"]["id"]) == ("active", ADDON["id"])
    balances = api.ok("GET", f"usageBalances?subscriptionAddon={bought['id']}")["items"]
    assert [(b["unit"], b["limit"], b["remaining"]) for b in balances] == [
        ("bytes", 1_000_000_000, 1_000_000_000)
    ]
    api.advance(7 * DAY)
    assert api.ok("GET", path)["status"] == "ended"
    assert api.call("DELETE", path).status_code == 422
    ended = api.ok("DELETE", f"subscriptionAddons/{top_up(api, line)['id']}")
    assert ended["status"] == "ended"
    assert ended["canceledAt"]
    listed = api.ok("GET", f"subscriptionAddons?subscription={line['id']}&status=ended")
    assert len(listed["items"]) == 2


def test_top_up_refusals(api: Api) -> None:
    api.server.emulator.seed(
        {
            "plans": [{"id": "pln_other", "name": "Other"}],
            "addons": [
                {"id": "add_other", "name": "Other", "plans": ["pln_other"]},
                {"id": "add_old", "name": "Old", "plans": [PLAN["id"]], "status": "archived"},
            ],
        }
    )
    line = api.line()
    for addon in ("add_other", "add_old", "add_none"):
        wanted = {"addon": addon, "subscription": line["id"]}
        assert api.call("POST", "subscriptionAddons", wanted).status_code == 422
    api.switch(refuse_addons="paymentFailed")
    wanted = {"addon": ADDON["id"], "subscription": line["id"]}
    assert api.call("POST", "subscriptionAddons", wanted).json()["code"] == "paymentFailed"
    api.switch(refuse_addons=None)
    api.ok("POST", f"subscriptions/{line['id']}/end")
    assert api.call("POST", "subscriptionAddons", wanted).status_code == 422
    assert api.ok("GET", "subscriptionAddons")["items"] == []


def test_top_up_that_fails(api: Api) -> None:
    line = api.line()
    api.switch(addon_activation="fails")
    ended = api.ok("GET", f"subscriptionAddons/{top_up(api, line)['id']}")
    assert (ended["status"], ended["activatedAt"]) == ("ended", None)


def simulate(api: Api, line: dict[str, Any], **used: Any) -> None:
    # The path of the simulation does not begin with /projects.
    answer = api.call(
        "POST", f"../../testing/projects/portal-local/subscriptions/{line['id']}/usage", used
    )
    assert answer.status_code == 201, answer.text


def test_usage(api: Api) -> None:
    line = api.line()
    simulate(api, line, data=2_500_000_000, voice=60, country="JP")
    simulate(api, line, data=500_000_000)
    path = f"subscriptions/{line['id']}/usage"
    records = api.ok("GET", path)["items"]
    assert [(r["data"], r["voice"], r["labels"]["country"]) for r in records] == [
        (3_000_000_000, 60, "JP")
    ]
    total = api.ok("GET", f"{path}?aggregation=period")["items"]
    assert [record["data"] for record in total] == [3_000_000_000]
    assert api.ok("GET", f"{path}?start=2020-01-01&end=2020-01-31")["items"] == []
    current = api.ok("GET", f"usageBalances?subscription={line['id']}&subscriptionPeriod=current")[
        "items"
    ]
    by_unit = {balance["unit"]: balance for balance in current}
    assert by_unit["bytes"]["usedPercent"] == 30
    assert by_unit["bytes"]["remaining"] == 7_000_000_000
    assert by_unit["seconds"]["used"] == 60
    one = api.ok("GET", f"usageBalances/{by_unit['bytes']['id']}")
    assert one == by_unit["bytes"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?start=2020-01-01", 422),
        ("?start=2020-01-01&end=2020-01-02&period=1", 422),
        ("?period=7", 422),
        ("?aggregation=hourly", 422),
        ("?aggregation=daily,country", 501),
    ],
)
def test_wrong_usage_queries(api: Api, query: str, status: int) -> None:
    line = api.line()
    assert api.call("GET", f"subscriptions/{line['id']}/usage{query}").status_code == status


def test_wrong_balance_queries(api: Api) -> None:
    for query in ("subscriptionPeriod=1", "subscription=s&subscriptionPeriod=x"):
        assert api.call("GET", f"usageBalances?{query}").status_code == 422
