"""The WHMCS emulator: API, client area and a read-only admin screen on the shared frame."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from local.emulators.kit.emulator import Emulator
from local.emulators.kit.middleware import Incoming
from local.emulators.whmcs import seed, transport
from local.emulators.whmcs.actions.registry import ACTIONS
from local.emulators.whmcs.auth import Bans
from local.emulators.whmcs.context import Context
from local.emulators.whmcs.pages.admin import admin_page
from local.emulators.whmcs.pages.client_area import ClientArea
from local.emulators.whmcs.store import Store
from local.emulators.whmcs.switches import Switches

API_PATH = "/includes/api.php"


class Whmcs(Emulator[Switches]):
    """State in memory; the seed format is in `local.emulators.whmcs.seed`."""

    name = "whmcs"

    def __init__(self) -> None:
        super().__init__(Switches())
        self.store = Store()
        self._bans = Bans()
        self._client_area = ClientArea(self.context)

    def context(self, request: Request | None = None) -> Context:
        """The surroundings of one call; the base URL is the one the caller used."""
        base_url = str(request.base_url).rstrip("/") if request else ""
        ip = request.client.host if request and request.client else "127.0.0.1"
        now = self.clock.now().astimezone(ZoneInfo(self.switches.time_zone))
        return Context(self.store, self.switches, now, base_url, ip)

    def routes(self) -> Sequence[BaseRoute]:
        """API and pages."""

        async def api(request: Request) -> Response:
            parameters = await transport.read_parameters(
                request, limit=self.switches.max_input_vars
            )
            return transport.answer(self.context(request), parameters, self._bans)

        async def admin(request: Request) -> Response:
            return admin_page(self.context(request))

        return [
            Route(API_PATH, api, methods=["POST"]),
            Route("/admin/", admin, methods=["GET"]),
            *self._client_area.routes(),
        ]

    def name_operation(self, incoming: Incoming) -> str:
        """The action in its documented spelling; for pages method and path."""
        if incoming.path != API_PATH:
            return f"{incoming.method} {incoming.path}"
        return transport.action_name(incoming.query, incoming.text) or "api.php"

    def operations(self) -> Collection[str]:
        """The actions, and method and path of each page."""
        pages = {
            f"{method} {route.path}"
            for route in self.routes()
            if isinstance(route, Route) and route.path != API_PATH
            for method in route.methods or ()
        }
        return {*ACTIONS, *pages}

    def clear(self) -> None:
        """An empty installation with the default credentials, nobody banned or signed in."""
        self.store = Store()
        self._bans = Bans()
        self._client_area.clear()

    def seed(self, data: dict[str, Any]) -> None:
        """Load records; raises ValueError saying what is wrong."""
        seed.load(self.context(), data)

    def contents(self) -> Store:
        """All tables, the shop's set-up and the credentials."""
        return self.store

    def take(self, contents: Store) -> None:
        """See `contents`."""
        self.store = contents

    def dump(self) -> dict[str, Any]:
        """Every record."""
        return self.store.dump()
