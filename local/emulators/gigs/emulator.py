"""The Gigs emulator.

Seed (`POST /_admin/seed`), all parts optional, shapes in `seeding`:

    {"projects": [{"id": "portal-local", "token": "local-gigs-token"}], "project": "portal-local",
     "plans": [{"id": "pln_…", "name": "Japan 10 GB", "allowances": {"dataBytes": 10000000000},
                "price": {"amount": 999, "currency": "USD"}}],
     "addons": [{"id": "add_…", "name": "1 GB", "plans": ["pln_…"],
                 "allowances": {"dataBytes": 1000000000}, "validity": {"unit": "day", "value": 7}}],
     "users": [{"email": "…"}], "subscriptions": [{"plan": "pln_…", "user": "usr_…"}],
     "devices": ["dev_…"],
     "webhooks": [{"url": "http://127.0.0.1:8080/…", "secret": "whsec_…", "eventTypes": []}]}

Operations in the journal are the method and the resource names of the path without ids:
`POST subscriptions`, `GET sims/credentials`, `POST users/search`, `POST subscriptions/end`,
`POST testing/subscriptions/usage`. Retrieving and listing share a name (`GET subscriptions`); the
path tells them apart.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from local.emulators.gigs import (
    admin,
    catalogue,
    changes,
    rendering,
    seeding,
    sims,
    subscriptions,
    topups,
    usage,
    users,
)
from local.emulators.gigs.core import Answer, Call, Core
from local.emulators.gigs.errors import not_found
from local.emulators.gigs.gateway import Gateway, Operation
from local.emulators.gigs.idempotency import Idempotency
from local.emulators.gigs.inputs import NoQuery, Page
from local.emulators.gigs.lifecycle import Lifecycle
from local.emulators.gigs.listing import paginate
from local.emulators.gigs.records import Project
from local.emulators.gigs.strict import read_query
from local.emulators.gigs.switches import Switches
from local.emulators.gigs.webhooks import Webhooks
from local.emulators.kit.clock import ObservedClock
from local.emulators.kit.deliveries import Deliveries, MakeDeliveries
from local.emulators.kit.emulator import Emulator
from local.emulators.kit.middleware import Incoming

DEFAULT_PROJECTS = {"portal-local": "local-gigs-token"}
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def _list_projects(call: Call) -> Answer:
    page = read_query(call.query, Page)
    return 200, paginate([call.project], page, _project)


def _get_project(call: Call) -> Answer:
    read_query(call.query, NoQuery)
    return 200, _project(call.project)


def _project(project: Project) -> dict[str, Any]:
    return {
        "object": "project",
        "id": project.id,
        "name": project.id,
        "type": "test",
        "settings": {},
    }


def _nothing_here(_: Call) -> Answer:
    what = "resource"
    raise not_found(what)


IN_PROJECT: dict[tuple[str, str], Operation] = {
    ("GET", ""): _get_project,
    ("GET", "/plans"): catalogue.list_plans,
    ("GET", "/plans/{plan}"): catalogue.get_plan,
    ("GET", "/addons"): catalogue.list_addons,
    ("GET", "/addons/{addon}"): catalogue.get_addon,
    ("GET", "/users"): users.list_all,
    ("POST", "/users"): users.create,
    ("POST", "/users/search"): users.search,
    ("GET", "/users/{user}"): users.get,
    ("PATCH", "/users/{user}"): users.update,
    ("DELETE", "/users/{user}"): users.delete,
    ("GET", "/users/{user}/addresses"): users.list_addresses,
    ("POST", "/users/{user}/addresses"): users.create_address,
    ("GET", "/users/{user}/addresses/{address}"): users.get_address,
    ("DELETE", "/users/{user}/addresses/{address}"): users.delete_address,
    ("GET", "/sims"): sims.list_all,
    ("POST", "/sims/search"): sims.search,
    ("GET", "/sims/{sim}"): sims.get,
    ("PATCH", "/sims/{sim}"): sims.update,
    ("GET", "/sims/{sim}/credentials"): sims.credentials,
    ("GET", "/sims/{sim}/eSimProfile"): sims.esim_profile,
    ("GET", "/subscriptions"): subscriptions.list_all,
    ("POST", "/subscriptions"): subscriptions.create,
    ("POST", "/subscriptions/search"): subscriptions.search,
    ("GET", "/subscriptions/{subscription}"): subscriptions.get,
    ("PATCH", "/subscriptions/{subscription}"): subscriptions.update,
    ("DELETE", "/subscriptions/{subscription}"): subscriptions.end,
    ("POST", "/subscriptions/{subscription}/end"): subscriptions.end,
    ("POST", "/subscriptions/{subscription}/cancel"): subscriptions.cancel,
    ("POST", "/subscriptions/{subscription}/resume"): subscriptions.resume,
    ("GET", "/subscriptions/{subscription}/usage"): usage.list_records,
    ("GET", "/subscriptionChanges"): changes.list_all,
    ("POST", "/subscriptionChanges"): changes.create,
    ("GET", "/subscriptionChanges/{change}"): changes.get,
    ("DELETE", "/subscriptionChanges/{change}"): changes.delete,
    ("GET", "/subscriptionAddons"): topups.list_all,
    ("POST", "/subscriptionAddons"): topups.create,
    ("GET", "/subscriptionAddons/{addon}"): topups.get,
    ("DELETE", "/subscriptionAddons/{addon}"): topups.delete,
    ("GET", "/usageBalances"): usage.list_balances,
    ("GET", "/usageBalances/{balance}"): usage.get_balance,
}


SIMULATE_USAGE = "/testing/projects/{project}/subscriptions/{subscription}/usage"


class Gigs(Emulator[Switches]):
    """Emulates https://api.gigs.com; `projects` maps project ids to their API keys.

    `make_deliveries` makes what delivers the events.
    """

    name = "gigs"

    def __init__(
        self,
        projects: Mapping[str, str] | None = None,
        *,
        make_deliveries: MakeDeliveries = Deliveries,
    ) -> None:
        super().__init__(Switches())
        self._default_projects = dict(projects or DEFAULT_PROJECTS)
        self.clock = ObservedClock(self._settle)
        self.webhooks = Webhooks(lambda: self.switches, self.clock.now, make_deliveries)
        self.core = Core(lambda: self.switches, self.clock.now, self.webhooks)
        self.idempotency = Idempotency()
        self._timer: asyncio.TimerHandle | None = None
        self._gateway = Gateway(self.core, self.idempotency, self._settle_later)
        self.clear()

    def routes(self) -> Sequence[BaseRoute]:
        """The documented paths; anything else is 404 for callers with a key."""
        return [
            *admin.routes(self.core),
            *(
                Route(f"/projects/{{project}}{path}", self._serve(operation), methods=[method])
                for (method, path), operation in IN_PROJECT.items()
            ),
            Route("/projects", self._serve(_list_projects), methods=["GET"]),
            Route(SIMULATE_USAGE, self._serve(usage.simulate), methods=["POST"]),
            Route("/projects/{project}/{rest:path}", self._serve(_nothing_here), methods=METHODS),
            Route("/{rest:path}", self._serve(_nothing_here), methods=METHODS),
        ]

    def name_operation(self, incoming: Incoming) -> str:
        """`POST subscriptions`, `GET sims/credentials`: see the module docstring."""
        parts = incoming.path.strip("/").split("/")
        prefix = ["testing"] if parts[0] == "testing" else []
        parts = parts[len(prefix) :]
        if len(parts) > 2 and parts[0] == "projects":  # noqa: PLR2004  # projects/{project}/…
            parts = parts[2:]
        names = [part for index, part in enumerate(parts) if index % 2 == 0 or part == "search"]
        return f"{incoming.method} {'/'.join(prefix + names)}"

    def operations(self) -> Collection[str]:
        """The names of the documented paths."""
        paths = [(method, f"/projects/-{path}") for method, path in IN_PROJECT]
        paths += [("GET", "/projects"), ("POST", SIMULATE_USAGE)]
        return {self.name_operation(Incoming(method, path, "", {}, b"")) for method, path in paths}

    def clear(self) -> None:
        """Back to the projects of the constructor, empty, without webhooks."""
        with self.core.lock:
            self.webhooks.clear()
            self.idempotency.clear()
            self.core.clear()
            for project_id, token in self._default_projects.items():
                self.core.projects[project_id] = Project(project_id, tokens={token})

    def seed(self, data: dict[str, Any]) -> None:
        """See the module docstring."""
        with self.core.lock:
            seeding.load(self.core, data)

    def contents(self) -> Any:
        """Projects, open steps and stored answers; events and webhooks are not saved."""
        core = self.core
        return core.projects, core.waiting, core.agenda, self.idempotency

    def take(self, contents: Any) -> None:
        """See `contents`."""
        core = self.core
        with core.lock:
            core.projects, core.waiting, core.agenda, stored = contents
            self.idempotency.take(stored)

    def dump(self) -> dict[str, Any]:
        """All projects with all records, SIMs with their activation codes, and stored keys."""
        with self.core.lock:
            self._settle()
            return {
                "projects": {p.id: _dump_project(p) for p in self.core.projects.values()},
                "idempotency": self.idempotency.as_json(),
            }

    def _serve(self, operation: Operation) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            return await self._gateway.serve(request, operation)

        return endpoint

    def _settle(self) -> None:
        Lifecycle(self.core).settle()

    def _settle_later(self) -> None:
        """Settle the state right after the answer, and again when the next step is due."""
        asyncio.get_running_loop().call_soon(self._tick)

    def _tick(self) -> None:
        self._settle()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due = Lifecycle(self.core).next_due()
        if due is not None:
            wait = max((due - self.clock.now()).total_seconds(), 0.0)
            self._timer = asyncio.get_running_loop().call_later(wait, self._tick)


def _dump_project(project: Project) -> dict[str, Any]:
    return {
        "plans": list(project.plans.values()),
        "addons": list(project.addons.values()),
        "users": [rendering.user(u) for u in project.users.values()],
        "addresses": [rendering.address(a) for a in project.addresses.values()],
        "sims": [
            {**rendering.sim(s), "activationCode": s.activation_code} for s in project.sims.values()
        ],
        "subscriptions": [
            rendering.subscription(project, s) for s in project.subscriptions.values()
        ],
        "subscriptionChanges": [rendering.change(project, c) for c in project.changes.values()],
        "subscriptionAddons": [
            rendering.subscription_addon(project, a) for a in project.subscription_addons.values()
        ],
        "usageBalances": [rendering.usage_balance(b) for b in project.usage_balances.values()],
    }
