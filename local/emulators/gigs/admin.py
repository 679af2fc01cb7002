"""The paths that this emulator adds to the shared admin API under `/_admin`.

| request | what it does |
|---|---|
| `GET, POST, DELETE /_admin/webhooks` | list, add `{"url", "secret"?, "oldSecrets"?, …}`, drop |
| `GET /_admin/events?type=` | events with their deliveries, oldest first |
| `POST /_admin/events` | create an event: `{"type": "subscription.renewed", "data": {...}}` |
| `POST /_admin/events/deliver` | `{"ids": [...]}`: deliver these again, in this order |
| `POST /_admin/settle` | `{"id": "sub_…"|"sch_…"|"sad_…"}`: what is pending there happens now |
| `POST /_admin/consent` | `{"id": "sch_…", "given": true|false}`: the user's answer |
| `POST /_admin/esim-profile` | `{"sim": "sim_…", "status": "installed"|…}`: what the device did |
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.emulators.gigs import rendering
from local.emulators.gigs.core import Core
from local.emulators.gigs.lifecycle import Lifecycle
from local.emulators.gigs.records import Change, Due, Project, Subscription, SubscriptionAddon
from local.emulators.gigs.webhooks import Endpoint
from local.emulators.kit.emulator import explained

PROFILE_STATUSES = {"deleted", "disabled", "enabled", "installed", "unknown"}


class _Ids(BaseModel):
    model_config = ConfigDict(extra="forbid")
    ids: list[str]


class _Made(BaseModel):
    model_config = ConfigDict(extra="forbid")
    type: str
    data: dict[str, Any]
    project: str | None = None


class _Settle(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id: str


class _Consent(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id: str
    given: bool


class _Profile(BaseModel):
    model_config = ConfigDict(extra="forbid")
    sim: str
    status: str


def routes(core: Core) -> list[Route]:
    """Return the routes of the table above."""
    admin = _Admin(core)
    table: list[tuple[str, list[str], Callable[[Request], Awaitable[Response]]]] = [
        ("/_admin/webhooks", ["GET", "POST", "DELETE"], admin.webhooks),
        ("/_admin/events", ["GET", "POST"], admin.events),
        ("/_admin/events/deliver", ["POST"], admin.deliver),
        ("/_admin/settle", ["POST"], admin.settle),
        ("/_admin/consent", ["POST"], admin.consent),
        ("/_admin/esim-profile", ["POST"], admin.profile),
    ]
    return [Route(path, explained(call), methods=methods) for path, methods, call in table]


class _Admin:
    def __init__(self, core: Core) -> None:
        self._core = core

    async def webhooks(self, request: Request) -> Response:
        if request.method == "POST":
            self._core.webhooks.add_endpoint(Endpoint.parse(await request.json()))
        elif request.method == "DELETE":
            self._core.webhooks.remove_endpoints()
        return JSONResponse({"webhooks": self._core.webhooks.endpoints()})

    async def events(self, request: Request) -> Response:
        if request.method == "POST":
            made = _Made.model_validate(await request.json())
            project = made.project or next(iter(self._core.projects))
            event_id = self._core.webhooks.emit(project, made.type, made.data)
            return JSONResponse({"id": event_id}, status_code=201)
        types = request.query_params.getlist("type")
        return JSONResponse({"events": self._core.webhooks.events(types)})

    async def deliver(self, request: Request) -> Response:
        self._core.webhooks.deliver(_Ids.model_validate(await request.json()).ids)
        return Response(status_code=202)

    async def settle(self, request: Request) -> Response:
        wanted = _Settle.model_validate(await request.json()).id
        with self._core.lock:
            self._pending(wanted)[1].due = Due("immediate")
            Lifecycle(self._core).settle()
        return Response(status_code=204)

    async def consent(self, request: Request) -> Response:
        consent = _Consent.model_validate(await request.json())
        with self._core.lock:
            project, change = self._pending(consent.id)
            if not isinstance(change, Change) or change.status != "initiated":
                msg = "this is no change that waits for consent"
                raise ValueError(msg)
            if consent.given:
                change.status = "pending"
                Lifecycle(self._core).settle()
            else:
                Lifecycle(self._core).fail_change(project, change, "consentNotGiven")
        return Response(status_code=204)

    async def profile(self, request: Request) -> Response:
        given = _Profile.model_validate(await request.json())
        if given.status not in PROFILE_STATUSES:
            msg = f"status must be one of {sorted(PROFILE_STATUSES)}"
            raise ValueError(msg)
        for project in self._core.projects.values():
            if given.sim in project.sims:
                sim = project.sims[given.sim]
                sim.profile_status, sim.profile_updated_at = given.status, self._core.now()
                shown = rendering.esim_profile(sim)
                self._core.webhooks.emit(project.id, f"eSimProfile.{given.status}", shown)
                return JSONResponse(shown)
        raise KeyError(given.sim)

    def _pending(self, wanted: str) -> tuple[Project, Subscription | Change | SubscriptionAddon]:
        for project in self._core.projects.values():
            for table in (project.subscriptions, project.changes, project.subscription_addons):
                if wanted in table:
                    record: Subscription | Change | SubscriptionAddon = table[wanted]
                    return project, record
        raise KeyError(wanted)
