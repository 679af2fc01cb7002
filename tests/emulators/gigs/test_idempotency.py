"""Idempotency-Key: replay, lifetime, failures, concurrency."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.emulators.gigs.conftest import PLAN, Api


def state(api: Api) -> dict[str, Any]:
    result: dict[str, Any] = api.server.emulator.dump()
    return result


def test_concurrent_requests_with_one_key_make_one_subscription(api: Api) -> None:
    wanted = {"plan": PLAN["id"], "user": api.user()["id"], "sim": "auto"}
    with ThreadPoolExecutor(10) as pool:
        answers = list(
            pool.map(lambda _: api.call("POST", "subscriptions", wanted, key="ref-1"), range(20))
        )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert len(state(api)["projects"]["portal-local"]["subscriptions"]) == 1
    assert state(api)["idempotency"]["keys"][0]["replays"] == 19


def test_without_a_key_every_request_counts(api: Api) -> None:
    user = api.user()["id"]
    assert api.subscribe(user)["id"] != api.subscribe(user)["id"]


def test_lost_answer_is_replayed_as_it_was_at_the_time(api: Api) -> None:
    wanted = {"plan": PLAN["id"], "user": api.user()["id"], "sim": "auto"}
    api.admin("POST", "faults", {"kind": "reset_after", "operation": "POST subscriptions"})
    with pytest.raises(requests.ConnectionError):
        api.call("POST", "subscriptions", wanted, key="ref-1")
    replayed = api.ok("POST", "subscriptions", wanted, key="ref-1")
    assert (replayed["status"], replayed["sim"]) == ("pending", None)
    assert api.ok("GET", f"subscriptions/{replayed['id']}")["status"] == "active"


def test_keys_live_for_24_hours(api: Api) -> None:
    body = {"email": "taro@example.com"}
    first = api.ok("POST", "users", body, key="ref-1")
    api.advance(24 * 3600 - 60)
    assert api.ok("POST", "users", body, key="ref-1") == first
    api.advance(61)
    late = api.call("POST", "users", body, key="ref-1")
    assert late.json()["code"] == "userAlreadyExists"


def test_failures_are_not_stored(api: Api) -> None:
    api.switch(refuse_subscriptions="serviceUnavailable")
    wanted = {"plan": PLAN["id"], "user": api.user()["id"]}
    assert api.call("POST", "subscriptions", wanted, key="ref-1").status_code == 503
    api.switch(refuse_subscriptions=None)
    assert api.call("POST", "subscriptions", wanted, key="ref-1").status_code == 201


def test_delete_replays(api: Api) -> None:
    user = api.user()["id"]
    first = api.ok("DELETE", f"users/{user}", key="ref-1")
    assert api.ok("DELETE", f"users/{user}", key="ref-1") == first


def test_other_body_or_endpoint_replays_and_is_noted(api: Api) -> None:
    user = api.ok("POST", "users", {"email": "a@example.com"}, key="ref-1")
    assert api.ok("POST", "users", {"email": "b@example.com"}, key="ref-1") == user
    wanted = {"plan": PLAN["id"], "user": user["id"]}
    assert api.ok("POST", "subscriptions", wanted, key="ref-1") == user
    assert len(state(api)["idempotency"]["mismatches"]) == 2
    api.switch(idempotency_scope="key_and_endpoint")
    assert api.ok("POST", "subscriptions", wanted, key="ref-1")["object"] == "subscription"


def test_keys_are_of_one_project(api: Api) -> None:
    api.server.emulator.seed({"projects": [{"id": "other", "token": "other-token"}]})
    mine = api.ok("POST", "users", {"email": "a@example.com"}, key="ref-1")
    theirs = requests.post(
        f"{api.server.url}/projects/other/users",
        json={"email": "a@example.com"},
        headers={"Authorization": "Bearer other-token", "Idempotency-Key": "ref-1"},
        timeout=5,
    )
    assert theirs.status_code == 201
    assert theirs.json()["id"] != mine["id"]


@pytest.mark.parametrize("key", ["", "k" * 256])
def test_bad_keys_are_refused_where_they_matter(api: Api, key: str) -> None:
    answer = api.call("POST", "users", {"email": "a@example.com"}, key=key)
    assert answer.json()["type"] == "invalid"
    assert api.call("GET", "users", key=key).status_code == 200
    assert api.call("POST", "users", {"email": "a@example.com"}, key="k" * 255).status_code == 201


def test_project_without_the_feature_refuses_the_header(api: Api) -> None:
    api.switch(idempotency_keys_enabled=False)
    body = {"email": "a@example.com"}
    assert api.call("POST", "users", body, key="ref-1").json()["type"] == "invalid"
    assert api.call("POST", "users", body).status_code == 201
