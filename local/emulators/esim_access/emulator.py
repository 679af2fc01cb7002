"""The eSIM Access emulator.

Seed (`POST /_admin/seed`), all parts optional, shapes in `seeding`:

    {"balance": 1000000,
     "packages": [{"packageCode": "JC016", "slug": "JP_5_30", "name": "Japan 5GB 30Days",
                   "price": 57000, "volume": 5368709120},
                  {"packageCode": "TOPUP_JC016", "slug": "JP_1_7", "name": "Japan 1GB 7Days",
                   "price": 12000, "topsUp": ["JC016"], "stock": 10}],
     "lines": [{"packageCode": "JP_5_30", "transactionId": "demo-1"}],
     "webhook": "http://127.0.0.1:8080/…"}

Operations in the journal are the path after `/api/v1/open/`: `esim/order`, `esim/usage/query`.
`esim/sendSms` is not emulated.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from local.emulators.esim_access import (
    account,
    admin,
    catalogue,
    ordering,
    profiles,
    rendering,
    seeding,
    topups,
)
from local.emulators.esim_access.core import Core
from local.emulators.esim_access.gateway import Gateway, Operation
from local.emulators.esim_access.inputs import (
    ListPackages,
    Nothing,
    OneProfile,
    PlaceOrder,
    PlaceTopUp,
    Query,
    SaveWebhook,
    UsageQuery,
)
from local.emulators.esim_access.lifecycle import Lifecycle
from local.emulators.esim_access.records import Account
from local.emulators.esim_access.switches import Switches
from local.emulators.esim_access.webhooks import Webhooks
from local.emulators.kit.clock import ObservedClock
from local.emulators.kit.deliveries import Deliveries, MakeDeliveries
from local.emulators.kit.emulator import Emulator
from local.emulators.kit.middleware import Incoming

ACCESS_CODE = "local-access-code"
SECRET_KEY = "local-secret-key"
PREFIX = "/api/v1/open"
OTHER_METHODS = ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"]
OPERATIONS: dict[str, Operation] = {
    "package/list": Operation(catalogue.list_packages, ListPackages),
    "location/list": Operation(catalogue.list_locations, Nothing),
    "esim/order": Operation(ordering.place, PlaceOrder),
    "esim/query": Operation(ordering.query, Query),
    "esim/cancel": Operation(profiles.cancel, OneProfile),
    "esim/suspend": Operation(profiles.suspend, OneProfile),
    "esim/unsuspend": Operation(profiles.unsuspend, OneProfile),
    "esim/revoke": Operation(profiles.revoke, OneProfile),
    "esim/topup": Operation(topups.place, PlaceTopUp),
    "esim/usage/query": Operation(profiles.usage, UsageQuery),
    "balance/query": Operation(account.balance, Nothing),
    "webhook/save": Operation(account.save_webhook, SaveWebhook, slow=True),
    "webhook/query": Operation(account.query_webhook, Nothing),
}


class EsimAccess(Emulator[Switches]):
    """Emulates https://api.esimaccess.com for one merchant; `rate_clock` times its rate limit.

    `make_deliveries` makes what delivers the notifications.
    """

    name = "esim_access"

    def __init__(
        self,
        access_code: str = ACCESS_CODE,
        secret_key: str = SECRET_KEY,
        *,
        rate_clock: Callable[[], float] = time.monotonic,
        make_deliveries: MakeDeliveries = Deliveries,
    ) -> None:
        super().__init__(Switches())
        self._credentials = (access_code, secret_key)
        self.clock = ObservedClock(self._settle)
        self.webhooks = Webhooks(
            lambda: self.switches,
            self.clock.now,
            lambda: self.core.account.webhook,
            make_deliveries,
        )
        self.core = Core(
            lambda: self.switches, self.clock.now, Account(access_code, secret_key), self.webhooks
        )
        self._timer: asyncio.TimerHandle | None = None
        self._gateway = Gateway(self.core, self._settle_later, rate_clock)

    def routes(self) -> Sequence[BaseRoute]:
        """The documented paths; anything else is 404 for callers that are authenticated."""
        known = [
            Route(f"{PREFIX}/{path}", self._serve(operation), methods=["POST"])
            for path, operation in OPERATIONS.items()
        ]
        return [
            *admin.routes(self.core),
            *known,
            *(
                Route(f"{PREFIX}/{path}", self._wrong_method, methods=OTHER_METHODS)
                for path in OPERATIONS
            ),
            Route("/{rest:path}", self._serve(None), methods=["POST", *OTHER_METHODS]),
        ]

    def name_operation(self, incoming: Incoming) -> str:
        """`esim/order`: the path after `/api/v1/open/`."""
        return incoming.path.removeprefix(PREFIX).strip("/")

    def operations(self) -> Collection[str]:
        """The documented paths after `/api/v1/open/`."""
        return set(OPERATIONS)

    def clear(self) -> None:
        """An account without balance, packages, orders, eSIMs and webhook."""
        with self.core.lock:
            self.webhooks.clear()
            self.core.account = Account(*self._credentials)

    def seed(self, data: dict[str, Any]) -> None:
        """See the module docstring."""
        with self.core.lock:
            seeding.load(self.core, data)

    def contents(self) -> Account:
        """The account; notifications are not saved."""
        return self.core.account

    def take(self, contents: Account) -> None:
        """See `contents`."""
        with self.core.lock:
            self.core.account = contents

    def dump(self) -> dict[str, Any]:
        """The account with all records; eSIMs with their activation codes."""
        with self.core.lock:
            self._settle()
            kept = self.core.account
            return {
                "balance": kept.balance,
                "stock": dict(kept.stock),
                "webhook": kept.webhook,
                "packages": [rendering.package(package) for package in kept.packages.values()],
                "orders": [rendering.order(order) for order in kept.orders.values()],
                "esims": [rendering.profile(profile) for profile in kept.profiles.values()],
                "topUps": [rendering.top_up(top_up) for top_up in kept.top_ups],
            }

    def _serve(self, operation: Operation | None) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            return await self._gateway.serve(request, operation)

        return endpoint

    async def _wrong_method(self, _: Request) -> Response:
        return self._gateway.wrong_method()

    def _settle(self) -> None:
        Lifecycle(self.core).settle()

    def _settle_later(self) -> None:
        """Settle the state right after the answer, and again when the next order is due."""
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
