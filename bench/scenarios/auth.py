"""Identity, over the fakes and the wiring of its own tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from portal.domain.signup_proof import SignupProof

from bench.scenarios.scenario import Event, Scenario
from functions.auth import (
    change_password,
    link_whmcs,
    login,
    logout,
    me,
    password_policy,
    refresh,
    request_password_reset,
    request_signup_proof,
    reset_password,
    signup,
    update_me,
)
from functions.auth.deps import (
    ProfileDeps,
    build_directory,
    build_limiter,
    build_linking,
    build_passwords,
    build_policy,
    build_profile,
    build_proof_mails,
    build_reset_mails,
    build_sessions,
    build_signup,
)
from tests.events import claims, rest_event
from tests.fakes.directory import customer
from tests.unit.functions.auth.world import EMAIL, PASSWORD, POLICY, World, signup_body

NEW_PASSWORD = "Ueno-2027-Sakura"  # noqa: S105  # of nobody


def scenarios() -> dict[str, Scenario]:
    """By endpoint id."""
    return {
        "auth-signup": Scenario(signup.handler, _signup, 201),
        "auth-link-whmcs": Scenario(link_whmcs.handler, _link, 201),
        "auth-login": Scenario(login.handler, _login),
        "auth-refresh": Scenario(refresh.handler, _refresh),
        "auth-logout": Scenario(logout.handler, _logout, 204),
        "auth-request-password-reset": Scenario(request_password_reset.handler, _ask, 202),
        "auth-request-signup-proof": Scenario(request_signup_proof.handler, _prove, 202),
        "auth-reset-password": Scenario(reset_password.handler, _reset, 204),
        "auth-change-password": Scenario(change_password.handler, _change, 204),
        "auth-me": Scenario(me.handler, _me),
        "auth-update-me": Scenario(update_me.handler, _update_me),
        "auth-password-policy": Scenario(password_policy.handler, _policy),
    }


def _signup() -> Event:
    _give(signup, build_signup, World().signup_service())
    return _post("signup", signup_body())


def _link() -> Event:
    world = World()
    world.clients.add(EMAIL, "CN-000101", PASSWORD)
    _give(link_whmcs, build_linking, world.linking_service())
    body = {"email": EMAIL, "password": PASSWORD, "sfNumber": "CN-000101"}
    return _post("link-whmcs", body)


def _login() -> Event:
    world, _ = _with_user()
    _give(login, build_sessions, world.session_deps())
    return _post("login", {"email": EMAIL, "password": PASSWORD})


def _refresh() -> Event:
    world, _ = _with_user()
    _give(refresh, build_sessions, world.session_deps())
    return _post("refresh", {"refreshToken": _token(world)})


def _logout() -> Event:
    world, _ = _with_user()
    _give(logout, build_sessions, world.session_deps())
    return _post("logout", {"refreshToken": _token(world)})


def _ask() -> Event:
    world, _ = _with_user()
    _give(request_password_reset, build_reset_mails, world.reset_mails())
    return _post("request-password-reset", {"email": EMAIL})


def _prove() -> Event:
    world = World(proof=SignupProof.EMAIL)
    _give(request_signup_proof, build_proof_mails, world.proof_mails())
    return _post("request-signup-proof", {"sfNumber": "CN-000101"})


def _reset() -> Event:
    world, user_id = _with_user()
    _give(reset_password, build_passwords, world.passwords())
    token = world.tokens.issue(user_id)
    return _post("reset-password", {"token": token, "newPassword": NEW_PASSWORD})


def _change() -> Event:
    world, user_id = _with_user()
    _give(change_password, build_passwords, world.passwords())
    body = {"currentPassword": PASSWORD, "newPassword": NEW_PASSWORD}
    return _post("change-password", body, user=claims(user_id))


def _me() -> Event:
    world, user_id = _with_user()
    _give(me, build_directory, world.identity)
    return rest_event("GET", "/me", user=claims(user_id))


def _update_me() -> Event:
    world, user_id = _with_user()
    _give(update_me, build_profile, ProfileDeps(world.identity, world.identity))
    return rest_event("PATCH", "/me", body={"language": "ja"}, user=claims(user_id))


def _policy() -> Event:
    _give(password_policy, build_policy, POLICY)
    return rest_event("GET", "/auth/password-policy")


def _with_user() -> tuple[World, str]:
    world = World()
    user_id = world.users.create(EMAIL)
    world.users.set_password(user_id, PASSWORD)
    world.identity.mappings[user_id] = customer(user_id)
    return world, user_id


def _token(world: World) -> str:
    token = world.users.authenticate(EMAIL, PASSWORD).refresh_token
    assert token is not None  # noqa: S101  # a first sign-in always gives one
    return token


def _post(name: str, body: Any, **event: Any) -> Event:
    return rest_event("POST", f"/auth/{name}", body=body, **event)


def _give(module: Any, builder: Callable[[], Any], ready: Any) -> None:
    module.app.override(builder, lambda: ready)
    limiter = World().limiter
    module.app.override(build_limiter, lambda: limiter)
