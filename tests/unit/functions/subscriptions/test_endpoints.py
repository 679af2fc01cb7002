"""GET /subscriptions and GET /subscriptions/{id}."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from portal.domain.client_service import ServiceStatus
from portal.domain.esim import LineState, ProfileState

from tests.events import claims
from tests.fakes.faults import Fault
from tests.fakes.subscriptions import service
from tests.unit.functions.subscriptions.world import ESIM, INTERNET, LINE, STRANGERS, World, slug


def actions(answer: Any) -> dict[str, str | None]:
    """What can be done: None, or the reason why not."""
    found = answer.json()["esim"]["actions"]
    assert all(entry["available"] is (entry["reason"] is None) for entry in found)
    assert all(entry["available"] or entry["detail"] for entry in found)
    return {entry["action"]: entry["reason"] for entry in found}


def test_the_list_shows_the_callers_services_only(world: World) -> None:
    answer = world.get("/subscriptions")
    assert answer.status == 200
    first, second = answer.json()["items"]
    assert first == {
        "id": "77",
        "name": "eSIM data 10 GB",
        "quantity": 1,
        "status": "active",
        "billingCycle": "monthly",
        "price": {"amount": "1450", "currency": "JPY"},
        "since": "2026-11-01",
        "nextDueDate": "2026-12-01",
        "esim": None,
    }
    assert second["id"] == "78"
    assert answer.headers["cache-control"] == "no-store"


def test_the_list_has_pages(world: World) -> None:
    first = world.get("/subscriptions", query={"limit": "1"}).json()
    assert [item["id"] for item in first["items"]] == ["77"]
    second = world.get("/subscriptions", query={"limit": "1", "cursor": first["nextCursor"]}).json()
    assert [item["id"] for item in second["items"]] == ["78"]
    assert second["nextCursor"] is None


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "101"}, {"cursor": "-1"}])
def test_pages_that_are_none(world: World, query: dict[str, str]) -> None:
    assert world.get("/subscriptions", query=query).status == 422


def test_a_list_asks_no_provider(world: World) -> None:
    world.get("/subscriptions")
    assert world.faults.names == []


def test_a_list_with_lines_asks_the_provider_once(world: World) -> None:
    world.is_now(service(80))
    world.has_line(80, "sub_3", LineState.SUSPENDED)
    world.esim.used[LINE] = 2_500_000_000
    listed = world.get("/subscriptions", query={"lines": "true"}).json()["items"]
    shown = {item["id"]: item["esim"] for item in listed}
    assert (shown["77"]["state"], shown["77"]["usage"]["usedBytes"]) == ("active", 2_500_000_000)
    assert (shown["77"]["validUntil"], shown["77"]["periodEnds"]) == (None, None)
    assert (shown["78"], shown["80"]["state"]) == (None, "suspended")
    names = ["dynamodb find services", "dynamodb find subscriber", "esim overview"]
    assert world.faults.names == names


NOT_TOLD = {"state": None, "usage": None, "validUntil": None, "periodEnds": None}


def test_a_list_does_without_a_provider_that_does_not_answer(world: World) -> None:
    world.faults.plan[2] = Fault.UNAVAILABLE
    answer = world.get("/subscriptions", query={"lines": "true"})
    assert (answer.status, [item["esim"] for item in answer.json()["items"]]) == (
        200,
        [NOT_TOLD, None],
    )


def test_lines_that_the_provider_cannot_know_are_not_asked_for(world: World) -> None:
    world.has_line(ESIM, LINE, LineState.ACTIVE, provider="another")
    assert world.get("/subscriptions", query={"lines": "true"}).json()["items"][0]["esim"] == (
        NOT_TOLD
    )
    world.has_line(ESIM, LINE, LineState.ACTIVE, client_id=43)
    assert world.get("/subscriptions", query={"lines": "true"}).json()["items"][0]["esim"] is None
    world.has_line(ESIM, LINE, LineState.ACTIVE)
    world.subscribers.known.clear()
    assert world.get("/subscriptions", query={"lines": "true"}).json()["items"][0]["esim"] == (
        NOT_TOLD
    )
    assert "esim overview" not in world.faults.names


@pytest.mark.parametrize(
    ("price", "currency", "shown"),
    [
        (Decimal("19.90"), "USD", {"amount": "19.9", "currency": "USD"}),
        (Decimal("19.90"), None, None),
        (None, "USD", None),
    ],
)
def test_a_price_is_in_its_own_currency_or_not_shown(
    world: World, price: Decimal | None, currency: str | None, shown: Any
) -> None:
    world.is_now(service(ESIM, price=price, currency=currency))
    assert world.get(f"/subscriptions/{ESIM}").json()["price"] == shown


def test_an_esim_with_its_line(world: World) -> None:
    ends = datetime(2026, 12, 27, 3, tzinfo=UTC)
    world.esim.lines[LINE] = replace(world.esim.lines[LINE], period_ends=ends)
    world.esim.used[LINE] = 2_500_000_000
    answer = world.get(f"/subscriptions/{ESIM}")
    esim = answer.json()["esim"]
    assert answer.json()["id"] == "77"
    assert esim["state"] == "active"
    assert (esim["installed"], esim["profile"]) == (False, "released")
    assert esim["usage"]["usedBytes"] == 2_500_000_000
    total = esim["usage"]["totalBytes"]
    assert esim["usage"]["remainingBytes"] == total - 2_500_000_000
    assert (esim["validUntil"], esim["periodEnds"]) == (None, "2026-12-27T03:00:00Z")
    assert actions(answer)["show"] is None
    assert answer.headers["cache-control"] == "no-store"


def test_a_service_without_an_esim(world: World) -> None:
    answer = world.get(f"/subscriptions/{INTERNET}")
    assert (answer.status, answer.json()["esim"]) == (200, None)


def test_what_is_not_the_callers_answers_like_what_does_not_exist(world: World) -> None:
    another, none = (world.get(f"/subscriptions/{number}") for number in (STRANGERS, 999))
    assert (another.status, slug(another)) == (404, "not-found")
    differing = {"instance"}
    left, right = another.json(), none.json()
    assert {k: v for k, v in left.items() if k not in differing} == {
        k: v for k, v in right.items() if k not in differing
    }
    assert world.faults.names == []


def test_a_line_that_was_recorded_for_another_client_is_not_shown(world: World) -> None:
    world.has_line(ESIM, LINE, LineState.ACTIVE, client_id=43)
    assert world.get(f"/subscriptions/{ESIM}").json()["esim"] is None


@pytest.mark.parametrize("number", ["0", "-1", "77x", "12345678901", "1e3"])
def test_numbers_that_are_none(world: World, number: str) -> None:
    assert world.get(f"/subscriptions/{number}").status == 404


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (LineState.ACTIVE, None),
        (LineState.SUSPENDED, "line-suspended"),
        (LineState.ENDED, "line-ended"),
    ],
)
def test_the_state_of_the_line_decides(world: World, state: LineState, reason: str | None) -> None:
    world.has_line(ESIM, LINE, state)
    answer = world.get(f"/subscriptions/{ESIM}")
    assert answer.json()["esim"]["state"] == state
    assert actions(answer)["show"] == reason


def test_a_pending_line_is_not_asked_for_profile_and_usage(world: World) -> None:
    world.esim.polls = 9
    world.has_line(ESIM, LINE, LineState.PENDING)
    answer = world.get(f"/subscriptions/{ESIM}")
    assert answer.json()["esim"]["state"] == "pending"
    assert answer.json()["esim"]["usage"] is None
    assert actions(answer)["show"] == "line-pending"
    assert world.faults.names == ["dynamodb find service", "esim get line"]


@pytest.mark.parametrize(
    ("profile", "installed", "reason"),
    [
        (ProfileState.RELEASED, False, None),
        (ProfileState.UNKNOWN, None, None),
        (ProfileState.DOWNLOADED, True, None),
        (ProfileState.INSTALLED, True, "already-installed"),
        (ProfileState.ENABLED, True, "already-installed"),
        (ProfileState.DISABLED, True, "already-installed"),
        (ProfileState.DELETED, True, "already-installed"),
    ],
)
def test_a_used_up_code_is_not_offered(
    world: World, profile: ProfileState, installed: bool | None, reason: str | None
) -> None:
    world.esim.profiles[LINE] = profile
    answer = world.get(f"/subscriptions/{ESIM}")
    assert answer.json()["esim"]["installed"] is installed
    assert actions(answer)["show"] == reason


@pytest.mark.parametrize("status", [s for s in ServiceStatus if s is not ServiceStatus.ACTIVE])
def test_only_active_services_offer_anything(world: World, status: ServiceStatus) -> None:
    world.is_now(service(ESIM, status=status))
    answer = world.get(f"/subscriptions/{ESIM}")
    assert answer.json()["status"] == status
    assert set(actions(answer).values()) == {"service-not-active"}


@pytest.mark.parametrize("fault", [Fault.UNAVAILABLE, Fault.THROTTLED, Fault.DOWN])
def test_a_service_is_shown_while_the_provider_is_down(world: World, fault: Fault) -> None:
    world.faults.always = lambda name: fault if name.startswith("esim") else None
    answer = world.get(f"/subscriptions/{ESIM}")
    assert answer.status == 200
    assert answer.json()["esim"]["state"] is None
    assert set(actions(answer).values()) == {"provider-unavailable"}


@pytest.mark.parametrize("silent", ["esim usage", "esim profile"])
def test_one_figure_that_is_missing_hides_no_other(world: World, silent: str) -> None:
    world.faults.always = lambda name: Fault.UNAVAILABLE if name == silent else None
    esim = world.get(f"/subscriptions/{ESIM}").json()["esim"]
    assert esim["state"] == "active"
    assert (esim["usage"] is None) is (silent == "esim usage")
    assert (esim["installed"] is None) is (silent == "esim profile")


def test_a_line_of_another_provider_is_not_asked_for(world: World) -> None:
    world.has_line(ESIM, LINE, LineState.ACTIVE, provider="esim_access")
    answer = world.get(f"/subscriptions/{ESIM}")
    assert set(actions(answer).values()) == {"provider-changed"}
    assert world.faults.names == ["dynamodb find service"]


@pytest.mark.parametrize("path", ["/subscriptions", f"/subscriptions/{ESIM}"])
def test_nobody_comes_in_without_an_id_token(world: World, path: str) -> None:
    assert world.get(path, user=claims(token_use="access")).status == 401
    stranger = claims("0f1e2d3c-0000-4000-8000-00000000ffff")
    assert slug(world.get(path, user=stranger)) == "account-not-mapped"
