"""Authentication, check order, strictness, envelopes."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.emulators.gigs.conftest import PLAN, Api


def problem(answer: requests.Response) -> tuple[int, str, str | None]:
    body = answer.json()
    assert body["object"] == "error"
    assert body["message"]
    return answer.status_code, body["type"], body.get("code")


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer wrong", "Basic local-gigs-token"])
def test_missing_or_wrong_key_comes_before_everything_else(api: Api, header: str | None) -> None:
    api.headers = {"Authorization": header} if header else {}
    expected = (401, "unauthenticated", None)
    assert problem(api.call("POST", "users", {"nonsense": 1}, key="k" * 256)) == expected
    assert problem(api.call("GET", "nothing/here")) == expected


def test_key_opens_its_own_project_only(api: Api) -> None:
    api.server.emulator.seed({"projects": [{"id": "other", "token": "other-token"}]})
    api.headers = {"Authorization": "Bearer other-token"}
    assert problem(api.call("POST", "users", {"nonsense": 1})) == (403, "permissionDenied", None)
    listed = requests.get(f"{api.server.url}/projects", headers=api.headers, timeout=5).json()
    assert [project["id"] for project in listed["items"]] == ["other"]


def test_path_is_checked_before_query_and_body(api: Api) -> None:
    expected = (404, "notFound", None)
    assert problem(api.call("GET", "subscriptions/sub_none?x=1")) == expected
    assert problem(api.call("POST", "subscriptions/sub_none/cancel", {"x": 1})) == expected
    assert problem(api.call("PUT", "users")) == expected
    assert problem(api.call("GET", "teapots")) == expected


@pytest.mark.parametrize(
    "path",
    [
        "plans?colour=red",
        "subscriptions?user=",
        "subscriptions?user=a&user=b",
        "subscriptions?status=active,sleeping",
        "plans?limit=201",
        "plans?limit=many",
        "plans?after=a&before=b",
        "plans?after=pln_none",
        "plans/pln_japan10?x=1",
    ],
)
def test_queries_are_strict(api: Api, path: str) -> None:
    assert problem(api.call("GET", path)) == (422, "invalid", None)


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, "email"),
        ({"email": "taro"}, "email"),
        ({"email": 7}, "email"),
        ({"email": "a@example.com", "name": "Taro"}, "name"),
        ({"email": "a@example.com", "fullName": ""}, "fullName"),
        ({"email": "a@example.com", "birthday": "1990-02-30"}, "birthday"),
        ({"email": "a@example.com", "metadata": None}, "metadata"),
        ({"email": "a@example.com", "metadata": {"a" * 41: "x"}}, "metadata"),
        ({"email": "a@example.com", "metadata": {f"k{i}": "x" for i in range(11)}}, "metadata"),
    ],
)
def test_bodies_are_strict(api: Api, body: Any, where: str) -> None:
    answer = api.call("POST", "users", body)
    assert problem(answer) == (422, "invalid", None)
    assert answer.json()["details"][0]["property"] == where
    api.switch(invalid_status=400)
    assert api.call("POST", "users", body).status_code == 400


def test_malformed_bodies(api: Api) -> None:
    url = f"{api.server.url}/projects/portal-local/users"
    json_header = api.headers | {"Content-Type": "application/json"}
    broken = requests.post(url, data=b"{", headers=json_header, timeout=5)
    assert problem(broken) == (400, "malformed", None)
    form = requests.post(url, data={"email": "a@example.com"}, headers=api.headers, timeout=5)
    assert problem(form) == (400, "malformed", None)
    array = requests.post(url, json=[], headers=api.headers, timeout=5)
    assert problem(array) == (422, "invalid", None)


def test_lists_are_newest_first_with_exclusive_cursors(api: Api) -> None:
    ids = [api.user(f"u{number}@example.com")["id"] for number in range(5)][::-1]
    first = api.ok("GET", "users?limit=2")
    assert [user["id"] for user in first["items"]] == ids[:2]
    assert (first["moreItemsBefore"], first["moreItemsAfter"]) == (None, ids[1])
    second = api.ok("GET", f"users?limit=2&after={ids[1]}")
    assert [user["id"] for user in second["items"]] == ids[2:4]
    assert (second["moreItemsBefore"], second["moreItemsAfter"]) == (ids[2], ids[3])
    back = api.ok("GET", f"users?limit=1&before={ids[2]}")
    assert [user["id"] for user in back["items"]] == [ids[1]]
    assert back["object"] == "list"
    assert api.ok("GET", "users?limit=0")["items"] == []


def test_users(api: Api) -> None:
    user = api.user()
    assert user["id"].startswith("usr_")
    assert len(user["id"]) <= 64
    assert user["preferredLocale"] == "en-US"
    assert (user["birthday"], user["emailVerified"]) == (None, False)
    again = api.call("POST", "users", {"email": "TARO@example.com"})
    assert problem(again) == (422, "invalid", "userAlreadyExists")
    found = api.ok("POST", "users/search", {"email": "taro@example.com"})
    assert [item["id"] for item in found["items"]] == [user["id"]]
    changed = api.ok("PATCH", f"users/{user['id']}", {"metadata": {"a": "1", "b": ""}})
    assert changed["metadata"] == {"a": "1", "b": ""}
    changed = api.ok("PATCH", f"users/{user['id']}", {"metadata": {"a": None}})
    assert changed["metadata"] == {"b": ""}
    assert api.ok("DELETE", f"users/{user['id']}")["status"] == "deleted"
    assert api.ok("POST", "users/search", {"email": "taro@example.com"})["items"] == []
    api.user()


def test_addresses(api: Api) -> None:
    user, other = api.user(), api.user("hanako@example.com")
    path = f"users/{user['id']}/addresses"
    home = {"line1": "1-1 Chiyoda", "city": "Tokyo", "country": "JP", "postalCode": "100-0001"}
    address = api.ok("POST", path, home)
    assert address.items() >= home.items()
    assert problem(api.call("POST", path, home)) == (422, "invalid", "userAddressAlreadyExists")
    foreign = api.call("GET", f"users/{other['id']}/addresses/{address['id']}")
    assert problem(foreign) == (404, "notFound", None)
    assert [a["id"] for a in api.ok("GET", path)["items"]] == [address["id"]]
    api.ok("DELETE", f"{path}/{address['id']}")
    assert api.ok("GET", path)["items"] == []


def test_catalogue_filters(api: Api) -> None:
    api.server.emulator.seed(
        {
            "plans": [{"id": "pln_old", "name": "Old", "status": "archived", "simTypes": ["pSIM"]}],
            "addons": [
                {
                    "id": "add_eu",
                    "name": "Europe",
                    "plans": ["pln_old"],
                    "coverage": {"countries": ["DE"]},
                }
            ],
        }
    )
    assert [p["id"] for p in api.ok("GET", "plans?simType=eSIM")["items"]] == [PLAN["id"]]
    assert [p["id"] for p in api.ok("GET", "plans?status=archived")["items"]] == ["pln_old"]
    assert api.ok("GET", f"plans/{PLAN['id']}")["price"] == {"amount": 999, "currency": "USD"}
    assert [a["id"] for a in api.ok("GET", "addons?coverageCountry=DE")["items"]] == ["add_eu"]
    assert [a["id"] for a in api.ok("GET", f"addons?plan={PLAN['id']}")["items"]] == ["add_1gb"]
    assert api.ok("GET", "addons/add_1gb")["type"] == "topUp"


def test_operations_are_named_without_ids(api: Api) -> None:
    line = api.line()
    api.call("GET", f"sims/{line['sim']['id']}/credentials")
    api.call("POST", "users/search", {})
    api.call("POST", f"subscriptions/{line['id']}/end")
    assert [call.operation for call in api.server.emulator.journal.calls()] == [
        "POST users",
        "POST subscriptions",
        "GET subscriptions",
        "GET sims/credentials",
        "POST users/search",
        "POST subscriptions/end",
    ]


def test_seed_says_what_is_wrong(api: Api) -> None:
    for seed in [
        {"plan": []},
        {"addons": [{"name": "x", "plans": ["pln_none"]}]},
        {"project": "none"},
        {"webhooks": [{"url": "ftp://x"}]},
        {"subscriptions": [{"plan": "pln_none", "user": "usr_none"}]},
    ]:
        assert api.admin("POST", "seed", seed).status_code == 400
