"""POST /auth/login, /auth/refresh, /auth/logout and GET /me."""

from __future__ import annotations

from typing import Any

import pytest
from portal.domain.limits import Limit

from functions.auth import login, logout, password_policy, refresh, update_me
from tests.events import Answer, FakeContext, call, claims, rest_event
from tests.unit.functions.auth.test_signup import slug
from tests.unit.functions.auth.world import EMAIL, PASSWORD, World

BROWSER = {"X-Portal-Client": "browser"}
CSRF = {"X-Portal-CSRF": "1"}


@pytest.fixture
def member(world: World) -> World:
    """Somebody has signed up."""
    assert world.signup().status == 201
    return world


def without_body(module: Any, path: str, **headers: str) -> Answer:
    event = rest_event("POST", path, headers=headers)
    del event["headers"]["Content-Type"]
    del event["multiValueHeaders"]["Content-Type"]
    return call(module.handler, event)


def cookie_of(answer: Answer) -> tuple[str, set[str]]:
    """The cookie pair and its attributes."""
    pair, *attributes = (part.strip() for part in answer.headers["set-cookie"].split(";"))
    return pair, set(attributes)


def test_login_gives_the_id_token_as_bearer(member: World) -> None:
    answer = member.login()
    assert answer.status == 200
    body = answer.json()
    assert set(body) == {"accessToken", "tokenType", "expiresIn", "refreshToken"}
    assert body["accessToken"].startswith("id-")
    assert (body["tokenType"], body["expiresIn"]) == ("Bearer", 900)
    assert "set-cookie" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


def test_login_does_not_care_how_the_address_is_spelt(member: World) -> None:
    assert member.login(" TARO@example.COM ").status == 200


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (EMAIL, "wrong"),
        ("nobody@example.com", "wrong"),
        ("not an address", "wrong"),
        (EMAIL, "sakura-2026-ueno"),
        (EMAIL, " Sakura-2026-Ueno"),
    ],
)
def test_every_cause_is_the_same_401(member: World, email: str, password: str) -> None:
    answer = member.login(email, password)
    body = answer.json()
    body.pop("instance")
    reference = member.login("somebody@example.com", "else").json()
    reference.pop("instance")
    assert answer.status == 401
    assert body == reference
    assert slug(answer) == "invalid-credentials"


def test_guessing_at_one_account_from_one_address_is_slowed_down(member: World) -> None:
    for _ in range(10):
        assert member.login(password="guess").status == 401
    answer = member.login()
    assert (answer.status, slug(answer)) == (429, "rate-limited")
    member.clock.advance(int(answer.headers["retry-after"]) - 1)
    assert member.login().status == 429
    member.clock.advance(1)
    assert member.login().status == 200


def test_guessing_from_many_addresses_is_slowed_down_too(member: World) -> None:
    statuses = [
        member.login(password="guess", source_ip=f"203.0.{number}.1").status
        for number in range(101)
    ]
    assert statuses == [401] * 100 + [429]


def test_a_stranger_does_not_lock_the_owner_out_with_a_few_guesses(member: World) -> None:
    for _ in range(11):
        member.login(password="guess", source_ip="198.51.100.9")
    assert member.login(source_ip="203.0.113.99").status == 200


def device(answer: dict[str, Any]) -> dict[str, str]:
    """The header by which a browser is known as a device."""
    return {"Cookie": "portal_device=" + cookies_of(answer)["portal_device"].partition(";")[0]}


def test_who_has_signed_in_before_gets_in_however_many_strangers_guess(member: World) -> None:
    at_home = device(login_raw(member))
    for number in range(101):
        member.login(password="guess", source_ip=f"198.51.{number}.9")
    assert member.login(source_ip="203.0.113.99").status == 429
    assert member.login(headers=at_home, source_ip="203.0.113.99").status == 200


def test_a_known_device_does_not_guess_freely(member: World) -> None:
    at_home = device(login_raw(member))
    statuses = [member.login(password="guess", headers=at_home).status for _ in range(11)]
    assert statuses == [401] * 10 + [429]


def test_a_device_is_known_to_its_own_account_only(member: World) -> None:
    stranger = {"Cookie": "portal_device=device-7", **BROWSER}
    for number in range(101):
        member.login(password="guess", source_ip=f"198.51.{number}.9")
    assert member.login(headers=stranger, source_ip="203.0.113.99").status == 429
    member.devices.known["device-7"] = "somebody@example.com"
    assert member.login(headers=stranger, source_ip="203.0.113.99").status == 429


def test_a_device_that_is_known_gets_no_second_token(member: World) -> None:
    at_home = device(login_raw(member))
    assert "portal_device" not in cookies_of(login_raw(member, headers=at_home))
    assert len(member.devices.known) == 1


def test_signing_out_keeps_the_device_and_nothing_but_a_browser_gets_one(member: World) -> None:
    assert "set-cookie" not in member.login().headers
    answer = call_raw(logout, "/auth/logout", headers=CSRF)
    assert "portal_device" not in cookies_of(answer)


def call_raw(module: Any, path: str, **event: Any) -> dict[str, Any]:
    """The answer with all of its cookies."""
    answer: dict[str, Any] = module.app.handler(rest_event("POST", path, **event), FakeContext())
    return answer


def login_raw(world: World, headers: dict[str, str] = BROWSER) -> dict[str, Any]:
    body = {"email": EMAIL, "password": PASSWORD}
    return call_raw(login, "/auth/login", body=body, headers=headers)


def cookies_of(answer: dict[str, Any]) -> dict[str, str]:
    lines = answer["multiValueHeaders"].get("Set-Cookie", [])
    return {line.partition("=")[0]: line.partition("=")[2] for line in lines}


def test_a_success_clears_the_failures(member: World) -> None:
    for _ in range(3):
        for _ in range(9):
            assert member.login(password="typo").status == 401
        assert member.login().status == 200


def test_one_address_cannot_try_many_accounts(member: World) -> None:
    member.limits["login.ip"] = Limit(3, 300)
    for number in range(3):
        assert member.login(f"user{number}@example.com", "x").status == 401
    assert member.login().status == 429
    assert member.login(source_ip="203.0.113.8").status == 200


def test_an_ipv6_caller_counts_by_its_network(member: World) -> None:
    member.limits["login.ip"] = Limit(2, 300)
    for number in range(2):
        assert member.login(source_ip=f"2001:db8:1:2::{number}").status == 200
    assert member.login(source_ip="2001:db8:1:2:ffff::1").status == 429
    assert member.login(source_ip="2001:db8:1:3::1").status == 200
    assert member.login(source_ip="::ffff:203.0.113.9").status == 200


def test_refresh_rotates(member: World) -> None:
    first = member.login().json()
    second = member.post("refresh", {"refreshToken": first["refreshToken"]})
    assert second.status == 200
    assert second.json()["refreshToken"] != first["refreshToken"]
    replayed = member.post("refresh", {"refreshToken": first["refreshToken"]})
    assert (replayed.status, slug(replayed)) == (401, "invalid-refresh-token")


@pytest.mark.parametrize("body", [{"refreshToken": "garbage"}, {"refreshToken": None}, {}])
def test_refresh_without_a_good_token(member: World, body: dict[str, Any]) -> None:
    assert slug(member.post("refresh", body)) == "invalid-refresh-token"


@pytest.mark.parametrize("module", ["refresh", "logout"])
@pytest.mark.parametrize("body", ["[null]", "null", '[{"refreshToken": null}]', '"x"', "0"])
def test_a_body_that_is_no_object_is_refused(member: World, module: str, body: str) -> None:
    answer = member.post(module, body)
    assert (answer.status, slug(answer)) == (422, "invalid-request")
    assert answer.json()["errors"][0]["code"] == "not-an-object"


def test_a_list_does_not_count_as_its_first_object(member: World) -> None:
    answer = member.post("login", [{"email": EMAIL, "password": "Sakura-2026-Ueno"}])
    assert (answer.status, slug(answer)) == (422, "invalid-request")


@pytest.mark.parametrize(
    ("module", "name"), [("refresh", "refresh_token"), ("logout", "refresh_token")]
)
def test_only_the_documented_names_are_taken(member: World, module: str, name: str) -> None:
    token = member.login().json()["refreshToken"]
    answer = member.post(module, {name: token})
    assert (answer.status, answer.json()["errors"][0]["pointer"]) == (422, f"/{name}")
    assert member.post("refresh", {"refreshToken": token}).status == 200


def test_refresh_needs_no_body(member: World) -> None:
    answer = without_body(refresh, "/auth/refresh")
    assert (answer.status, slug(answer)) == (401, "invalid-refresh-token")


def test_logout_ends_the_session(member: World) -> None:
    token = member.login().json()["refreshToken"]
    assert member.post("logout", {"refreshToken": token}).status == 204
    assert member.post("refresh", {"refreshToken": token}).status == 401
    assert member.post("logout", {"refreshToken": token}).status == 204


def test_a_browser_gets_its_refresh_token_out_of_reach_of_scripts(member: World) -> None:
    answer = member.login(headers=BROWSER)
    assert set(answer.json()) == {"accessToken", "tokenType", "expiresIn"}
    pair, attributes = cookie_of(answer)
    assert pair.startswith("portal_refresh=refresh-")
    assert attributes == {
        "HttpOnly",
        "Secure",
        "SameSite=Strict",
        "Path=/api/auth",
        "Max-Age=2592000",
    }


def test_a_browser_refreshes_by_cookie_and_header(member: World) -> None:
    pair, _ = cookie_of(member.login(headers=BROWSER))
    answer = without_body(refresh, "/auth/refresh", Cookie=f"theme=dark; {pair}", **CSRF)
    assert answer.status == 200
    assert "refreshToken" not in answer.json()
    assert cookie_of(answer)[0] not in ("", pair)


@pytest.mark.parametrize("headers", [{}, {"X-Portal-CSRF": "0"}, {"X-Portal-CSRF": ""}])
def test_the_cookie_alone_proves_nothing(member: World, headers: dict[str, str]) -> None:
    pair, _ = cookie_of(member.login(headers=BROWSER))
    for module, path in ((refresh, "/auth/refresh"), (logout, "/auth/logout")):
        answer = without_body(module, path, Cookie=pair, **headers)
        assert (answer.status, slug(answer)) == (403, "forbidden")
    assert without_body(refresh, "/auth/refresh", Cookie=pair, **CSRF).status == 200


def test_a_browser_logs_out_and_its_cookie_is_cleared(member: World) -> None:
    pair, _ = cookie_of(member.login(headers=BROWSER))
    answer = without_body(logout, "/auth/logout", Cookie=pair, **CSRF)
    cleared, attributes = cookie_of(answer)
    assert answer.status == 204
    assert cleared == "portal_refresh="
    assert {"Max-Age=0", "Path=/api/auth"} <= attributes
    assert without_body(refresh, "/auth/refresh", Cookie=pair, **CSRF).status == 401


def test_me_is_the_mapping(member: World) -> None:
    (mapping,) = member.identity.mappings.values()
    assert member.me(mapping.user_id).json() == {
        "userId": mapping.user_id,
        "email": EMAIL,
        "firstName": "太郎",
        "language": "en",
        "sfNumber": "CN-000101",
        "mapping": {
            "state": "complete",
            "whmcsClientId": mapping.whmcs_client_id,
            "sfAccountId": mapping.sf_account_id,
        },
    }


def test_me_before_the_signup_is_finished(world: World) -> None:
    answer = world.me("somebody")
    assert answer.status == 200
    assert answer.json()["mapping"]["state"] == "pending"
    assert answer.json()["email"] == claims()["email"]


def patch_me(world: World, body: Any, user_id: str) -> Answer:
    event = rest_event("PATCH", "/me", body=body, user=claims(user_id))
    return call(update_me.handler, event)


def test_the_language_of_mails_can_be_changed(member: World) -> None:
    (user_id,) = member.identity.mappings
    answer = patch_me(member, {"language": "ja"}, user_id)
    assert (answer.status, answer.json()["language"]) == (200, "ja")
    assert member.me(user_id).json() == answer.json()
    assert member.identity.mappings[user_id].language == "ja"
    assert patch_me(member, {}, user_id).json() == answer.json()


@pytest.mark.parametrize("body", [{"language": "de"}, {"language": 1}, {"email": "x@y.example"}])
def test_nothing_else_of_the_profile_can(member: World, body: Any) -> None:
    (user_id,) = member.identity.mappings
    assert patch_me(member, body, user_id).status == 422


def test_the_rules_of_passwords_can_be_read_before_typing(member: World) -> None:
    answer = call(password_policy.handler, rest_event("GET", "/auth/password-policy"))
    rules = answer.json()
    assert (answer.status, rules["minLength"], rules["maxLength"]) == (200, 10, 256)
    assert (rules["lowercase"], rules["symbols"]) == (True, False)
    assert "!" in rules["symbolCharacters"]
    assert answer.headers["cache-control"] == "public, max-age=300"
