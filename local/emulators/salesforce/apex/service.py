"""Serves Apex over HTTP for the local stack. The caller of `POST /_admin/apex/…` names a user.

| path | body | answer |
|---|---|---|
| `aura/<class>/<method>` | `{"user": …, "arguments": {…}}` | 200 `{"returnValue": …}` |
| `action/<class>` | `{"user": …, "inputs": [{…}, …]}` | 200 `{"outputs": [{…}, …]}` |

Every other answer has the body that a component finds in `error.body`, at least with `message`. Its
status is 400 for arguments that do not fit, 403 without access to the class, 404 for an unknown
user, class or method, 500 for an exception (with `exceptionType` and `stackTrace`), and 501 for
Apex that the interpreter does not model.

Apex runs in a greenlet on the event loop's thread, so no other request runs between two callouts. A
callout leaves the greenlet and is awaited.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import httpx
from greenlet import GreenletExit, getcurrent, greenlet
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from local.emulators.salesforce.apex.callouts import (
    CalloutFailed,
    Callouts,
    Incoming,
    Outgoing,
    Vault,
)
from local.emulators.salesforce.apex.errors import ApexFailure
from local.emulators.salesforce.apex.gateway import ApexError, CallRefused, Gateway
from local.emulators.salesforce.apex.metadata import DEFAULT_PACKAGE
from local.emulators.salesforce.apex.program import Program
from local.emulators.salesforce.apex.users import Users
from local.emulators.salesforce.org import DEFAULT_LANGUAGE, Org

_BASE = "/_admin/apex"
PACKAGES = (DEFAULT_PACKAGE, "japanese")
"""The package directories that are deployed to the emulated org."""


class UserSeed(BaseModel):
    """A user with the permission sets or groups that an administrator assigned."""

    model_config = ConfigDict(extra="forbid")

    username: str
    language: str = DEFAULT_LANGUAGE
    permissionSets: list[str] = Field(default_factory=list)  # noqa: N815  # the seed's own names


class _AuraCall(BaseModel):
    model_config = ConfigDict(extra="forbid")

    user: str
    arguments: dict[str, Any] = Field(default_factory=dict)


class _ActionCall(BaseModel):
    model_config = ConfigDict(extra="forbid")

    user: str
    inputs: list[dict[str, Any]] = Field(min_length=1)


class ApexService:
    """The program of a project, its users and credentials; loaded when it is first needed."""

    def __init__(self, org: Org, project: Path) -> None:
        self._org = org
        self._project = project
        self._loaded: tuple[Gateway, Users] | None = None
        self._vault = Vault()

    def routes(self) -> Sequence[BaseRoute]:
        """As listed in this module's description."""
        return [
            Route(f"{_BASE}/aura/{{cls}}/{{method}}", self._aura, methods=["POST"]),
            Route(f"{_BASE}/action/{{cls}}", self._action, methods=["POST"]),
        ]

    def clear(self) -> None:
        """Forget users, their permissions and all credentials."""
        self._vault.parameters.clear()
        self._vault.urls.clear()
        self._vault.settings.clear()
        if self._loaded is not None:
            self._loaded[1].clear()

    def add_users(self, users: Sequence[UserSeed]) -> None:
        """Create users with permissions; raises ValueError for what the project does not have."""
        for user in users:
            try:
                assigned = self._parts()[1]
            except ApexFailure as failure:
                raise ValueError(str(failure)) from failure
            user_id = self._org.add_user(user.username, language=user.language)
            assigned.assign(user_id, user.permissionSets)

    def set_credentials(
        self, parameters: dict[str, dict[str, dict[str, str]]], urls: dict[str, str]
    ) -> None:
        """Fill authentication parameters and replace URLs of named credentials."""
        self._vault.parameters.update(parameters)
        self._vault.urls.update(urls)

    def set_rules(self, settings: dict[str, dict[str, str | bool]]) -> None:
        """Fill the organization's record of hierarchy custom settings."""
        self._vault.settings.update({name.lower(): item for name, item in settings.items()})

    def _parts(self) -> tuple[Gateway, Users]:
        if self._loaded is None:
            program = Program.load(self._project, PACKAGES)
            users = Users(program)
            callouts = Callouts(
                program.named_credentials,
                program.external_credentials,
                self._vault,
                _leave_greenlet,
            )
            self._loaded = Gateway(program, self._org, users, callouts), users
        return self._loaded

    async def _aura(self, request: Request) -> Response:
        path = request.path_params

        def run(gateway: Gateway, body: _AuraCall) -> Any:
            user_id = self._user(body.user)
            result = gateway.aura(user_id, path["cls"], path["method"], body.arguments)
            return {"returnValue": result}

        return await self._answer(request, _AuraCall, run)

    async def _action(self, request: Request) -> Response:
        def run(gateway: Gateway, body: _ActionCall) -> Any:
            user_id = self._user(body.user)
            return {"outputs": gateway.invocable(user_id, request.path_params["cls"], body.inputs)}

        return await self._answer(request, _ActionCall, run)

    async def _answer(
        self, request: Request, model: type[Any], run: Callable[[Gateway, Any], Any]
    ) -> Response:
        try:
            body = model.model_validate(json.loads(await request.body() or b"null"))
            return JSONResponse(await _in_greenlet(lambda: run(self._parts()[0], body)))
        except (ValidationError, json.JSONDecodeError) as error:
            return JSONResponse({"message": f"The body is not understood: {error}"}, 400)
        except CallRefused as refused:
            return JSONResponse({"message": str(refused)}, refused.status)
        except ApexError as error:
            return JSONResponse(error.body.as_json(), 500)
        except ApexFailure as failure:
            return JSONResponse({"message": str(failure)}, 501)
        except ValueError as error:
            return JSONResponse({"message": f"The project cannot be read: {error}"}, 500)

    def _user(self, username: str) -> str:
        user = self._org.full_schema.get("User")
        found = self._org.store.lookup(user, user.fields["username"], username)
        if not found:
            raise CallRefused(404, f"The org has no user {username}.")
        return str(found[0]["Id"])


async def _in_greenlet(function: Callable[[], Any]) -> Any:
    """Run the function; await each callout that it leaves its greenlet with."""
    child = greenlet(function)
    # The portal is on loopback: proxies and .netrc of the environment are ignored.
    async with httpx.AsyncClient(trust_env=False) as client:
        passed = child.switch()
        while not child.dead:
            try:
                answer = await _send(client, cast("Outgoing", passed))
            except CalloutFailed as failed:
                passed = child.throw(failed)
            except BaseException:
                # Ended now, while nothing else has changes that could be undone with its own.
                child.throw(GreenletExit)
                raise
            else:
                passed = child.switch(answer)
    return passed


def _leave_greenlet(request: Outgoing) -> Incoming:
    parent = getcurrent().parent
    if parent is None:
        msg = "callouts are possible only in a greenlet of the service"
        raise RuntimeError(msg)
    return cast("Incoming", parent.switch(request))


async def _send(client: httpx.AsyncClient, request: Outgoing) -> Incoming:
    try:
        answer = await client.request(
            request.method,
            request.url,
            headers=request.headers,
            content=request.body,
            timeout=request.timeout_seconds,
        )
    except httpx.TimeoutException as error:
        raise CalloutFailed("Read timed out") from error
    except httpx.ConnectError as error:
        raise CalloutFailed("Connection refused (Connection refused)") from error
    except httpx.TransportError as error:
        raise CalloutFailed("Unexpected end of file from server") from error
    return Incoming(
        status=answer.status_code,
        reason=answer.reason_phrase,
        headers=dict(answer.headers),
        body=answer.content,
    )
