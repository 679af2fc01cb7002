"""The paths that this emulator adds to the shared admin API under `/_admin`.

| request | what it does |
|---|---|
| `GET /_admin/events?type=` | notifications with their deliveries, oldest first |
| `POST /_admin/events` | create one: `{"type": "ESIM_STATUS", "content": {...}}` |
| `POST /_admin/events/deliver` | `{"ids": [...]}`: deliver these again, in this order |
| `POST /_admin/settle` | `{"orderNo": "B…"}`: allocate its profiles now |
| `POST /_admin/device` | `{"esimTranNo", "action"}`: download, install, enable, disable, delete |
| `POST /_admin/use` | `{"esimTranNo", "volume"}`: use so many bytes of traffic |
| `POST /_admin/balance` | `{"balance": 0}`: set the balance, times 10 000 |
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.emulators.esim_access import rendering
from local.emulators.esim_access.core import Core
from local.emulators.esim_access.lifecycle import Lifecycle
from local.emulators.esim_access.records import Due, Profile
from local.emulators.esim_access.webhooks import TYPES
from local.emulators.kit.emulator import explained


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", alias_generator=to_camel)


class _Ids(_Input):
    ids: list[str]


class _Made(_Input):
    type: str
    content: dict[str, Any]


class _Settle(_Input):
    order_no: str


class _Device(_Input):
    esim_tran_no: str
    action: Literal["download", "install", "enable", "disable", "delete"]


class _Use(_Input):
    esim_tran_no: str
    volume: int = Field(ge=1)


class _Balance(_Input):
    balance: int = Field(ge=0)


def routes(core: Core) -> list[Route]:
    """Return the routes of the table above."""
    admin = _Admin(core)
    table: list[tuple[str, list[str], Callable[[Request], Any]]] = [
        ("/_admin/events", ["GET", "POST"], admin.events),
        ("/_admin/events/deliver", ["POST"], admin.deliver),
        ("/_admin/settle", ["POST"], admin.settle),
        ("/_admin/device", ["POST"], admin.device),
        ("/_admin/use", ["POST"], admin.use),
        ("/_admin/balance", ["POST"], admin.balance),
    ]
    return [Route(path, explained(call), methods=methods) for path, methods, call in table]


class _Admin:
    def __init__(self, core: Core) -> None:
        self._core = core

    async def events(self, request: Request) -> Response:
        if request.method == "POST":
            made = _Made.model_validate(await request.json())
            if made.type not in TYPES:
                msg = f"type must be one of {', '.join(TYPES)}"
                raise ValueError(msg)
            notify_id = self._core.webhooks.emit(made.type, made.content)
            return JSONResponse({"notifyId": notify_id}, status_code=201)
        types = request.query_params.getlist("type")
        return JSONResponse({"events": self._core.webhooks.events(types)})

    async def deliver(self, request: Request) -> Response:
        self._core.webhooks.deliver(_Ids.model_validate(await request.json()).ids)
        return Response(status_code=202)

    async def settle(self, request: Request) -> Response:
        wanted = _Settle.model_validate(await request.json())
        with self._core.lock:
            order = self._core.account.orders[wanted.order_no]
            order.due = Due("immediate", at=self._core.now(), polls_left=0)
            Lifecycle(self._core).settle()
        return Response(status_code=204)

    async def device(self, request: Request) -> Response:
        wanted = _Device.model_validate(await request.json())
        with self._core.lock:
            profile = self._profile(wanted.esim_tran_no)
            Lifecycle(self._core).device(profile, wanted.action)
            return JSONResponse(rendering.profile(profile))

    async def use(self, request: Request) -> Response:
        wanted = _Use.model_validate(await request.json())
        with self._core.lock:
            profile = self._profile(wanted.esim_tran_no)
            Lifecycle(self._core).use(profile, wanted.volume)
            return JSONResponse(rendering.profile(profile))

    async def balance(self, request: Request) -> Response:
        wanted = _Balance.model_validate(await request.json())
        with self._core.lock:
            self._core.account.balance = wanted.balance
        return Response(status_code=204)

    def _profile(self, esim_tran_no: str) -> Profile:
        return self._core.account.profiles[esim_tran_no]
