"""The parts that all emulators share: journal, faults, switches, clock and admin API.

A vendor's emulator is a subclass of `Emulator`. It has the vendor's routes, the names of the
operations and the state. Paths under `/_admin` are the emulator's own, and all others are the
vendor's. Route handlers are `async def` and await only the request, so the event loop runs them one
after the other and each is atomic.
"""

from __future__ import annotations

import abc
import difflib
import json
import pickle
from collections.abc import Collection, Sequence
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from local.emulators.kit.clock import Clock
from local.emulators.kit.faults import Fault, Faults
from local.emulators.kit.journal import Journal
from local.emulators.kit.middleware import FaultMiddleware, Incoming

SwitchesT = TypeVar("SwitchesT", bound=BaseModel)


class Emulator(abc.ABC, Generic[SwitchesT]):
    """Base of all emulators.

    `name` is its name in `/demo.json`. `switches` are the vendor's documented or suspected
    variants, in a pydantic model with `extra="forbid"` and a default for every field.
    """

    name: str

    def __init__(self, switches: SwitchesT) -> None:
        self._default_switches = switches
        self.switches: SwitchesT = switches.model_copy()
        self.journal = Journal()
        self.faults = Faults()
        self.clock = Clock()

    @abc.abstractmethod
    def routes(self) -> Sequence[BaseRoute]:
        """The vendor's routes."""

    @abc.abstractmethod
    def name_operation(self, incoming: Incoming) -> str:
        """Return the vendor's name of a request's operation, for faults and the journal."""

    @abc.abstractmethod
    def operations(self) -> Collection[str]:
        """Return every name that `name_operation` gives to a request that is served."""

    @abc.abstractmethod
    def clear(self) -> None:
        """Forget all records (not the journal, faults or switches)."""

    @abc.abstractmethod
    def seed(self, data: dict[str, Any]) -> None:
        """Add records to the state. Raises ValueError, which says what is wrong."""

    @abc.abstractmethod
    def dump(self) -> dict[str, Any]:
        """Return every record as JSON, for assertions and for developers."""

    def contents(self) -> Any:
        """Return the objects that hold all records. An emulator that can be saved overrides it."""
        raise NotImplementedError(f"the records of {self.name} cannot be saved")

    def take(self, contents: Any) -> None:
        """Take what `contents` returned, into the emulator that has just been cleared."""
        raise NotImplementedError(f"the records of {self.name} cannot be restored")

    def save(self) -> bytes:
        """Return a copy of all records for `restore`, which is cheaper than the same seed again."""
        return pickle.dumps(self.contents())

    def restore(self, saved: bytes) -> None:
        """Replace all records by those that `save` returned here, in this process."""
        self.clear()
        self.take(pickle.loads(saved))  # noqa: S301  # our own bytes

    def app(self) -> ASGIApp:
        """The ASGI application: the vendor's routes with faults and journal, and `/_admin`."""
        starlette = Starlette(routes=[*admin_routes(self), *self.routes()])
        return FaultMiddleware(
            starlette,
            faults=self.faults,
            journal=self.journal,
            name_operation=self.name_operation,
        )

    def reset(self) -> None:
        """Return to the state after the start: no records, calls and faults, default switches."""
        self.clear()
        self.journal.clear()
        self.faults.clear()
        self.clock.reset()
        self.switches = self._default_switches.model_copy()

    def add_fault(self, fault: Fault) -> Fault:
        """Activate a fault; raises ValueError when the vendor has no such operation."""
        if fault.operation is not None:
            known = {name.lower(): name for name in self.operations()}
            if fault.operation.lower() not in known:
                close = difflib.get_close_matches(fault.operation.lower(), known, n=3)
                hint = " or ".join(repr(known[name]) for name in close)
                raise ValueError(
                    f"{self.name} has no operation {fault.operation!r}: "
                    + (f"did you mean {hint}? " if hint else "")
                    + "GET /_admin/operations lists all"
                )
        return self.faults.add(fault)

    def set_switches(self, changes: dict[str, Any]) -> None:
        """Change switches. Raises pydantic.ValidationError for unknown names or values."""
        merged = {**self.switches.model_dump(), **changes}
        self.switches = type(self.switches).model_validate(merged)


def admin_routes(emulator: Emulator[Any]) -> list[Route]:  # noqa: C901  # one small function per path
    """Return the routes of the admin API that all emulators have (docs/local-stack.md)."""

    async def health(_: Request) -> Response:
        return JSONResponse({"emulator": emulator.name, "now": emulator.clock.now().isoformat()})

    async def journal(request: Request) -> Response:
        if request.method == "DELETE":
            emulator.journal.clear()
            return Response(status_code=204)
        since = int(request.query_params.get("since", "0"))
        operation = request.query_params.get("operation")
        return JSONResponse({"calls": emulator.journal.as_json(operation=operation, since=since)})

    async def faults(request: Request) -> Response:
        if request.method == "DELETE":
            emulator.faults.clear()
            return Response(status_code=204)
        if request.method == "GET":
            return JSONResponse({"faults": emulator.faults.as_json()})
        added = emulator.add_fault(Fault.model_validate(await request.json()))
        return JSONResponse(added.model_dump(), status_code=201)

    async def fault(request: Request) -> Response:
        rule = emulator.faults.get(request.path_params["fault_id"])
        if rule is None:
            return JSONResponse({"error": "no fault of that id"}, status_code=404)
        if request.method == "DELETE":
            emulator.faults.remove(rule.id)
            return Response(status_code=204)
        if request.method == "POST":
            rule.release()
        return JSONResponse(rule.model_dump())

    async def operations(_: Request) -> Response:
        return JSONResponse({"operations": sorted(emulator.operations())})

    async def switches(request: Request) -> Response:
        if request.method == "PATCH":
            emulator.set_switches(await request.json())
        return JSONResponse(emulator.switches.model_dump(mode="json"))

    async def state(_: Request) -> Response:
        return JSONResponse(emulator.dump())

    async def seed(request: Request) -> Response:
        emulator.seed(await request.json())
        return JSONResponse(emulator.dump(), status_code=201)

    async def reset(_: Request) -> Response:
        emulator.reset()
        return Response(status_code=204)

    async def clock(request: Request) -> Response:
        emulator.clock.advance(float((await request.json())["advance"]))
        return JSONResponse({"now": emulator.clock.now().isoformat()})

    def route(path: str, endpoint: Any, *methods: str) -> Route:
        return Route(f"/_admin{path}", explained(endpoint), methods=list(methods))

    return [
        route("/health", health, "GET"),
        route("/journal", journal, "GET", "DELETE"),
        route("/faults", faults, "GET", "POST", "DELETE"),
        route("/faults/{fault_id}", fault, "GET", "DELETE"),
        route("/faults/{fault_id}/release", fault, "POST"),
        route("/operations", operations, "GET"),
        route("/switches", switches, "GET", "PATCH"),
        route("/state", state, "GET"),
        route("/seed", seed, "POST"),
        route("/reset", reset, "POST"),
        route("/clock", clock, "POST"),
    ]


def explained(endpoint: Any) -> Any:
    """Make an endpoint of the admin API answer mistakes with a 400 that says what to change."""

    async def call(request: Request) -> Response:
        try:
            response: Response = await endpoint(request)
        except ValidationError as error:
            problems = [
                {
                    "where": ".".join(map(str, e["loc"])),
                    "what": e["msg"].removeprefix("Value error, "),
                }
                for e in error.errors()
            ]
            told = "; ".join(f"{p['where']}: {p['what']}".removeprefix(": ") for p in problems)
            return JSONResponse({"error": told, "problems": problems}, status_code=400)
        except json.JSONDecodeError as error:
            return JSONResponse({"error": f"the body is no JSON: {error}"}, status_code=400)
        except ValueError as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        except (KeyError, TypeError) as error:
            return JSONResponse({"error": f"{type(error).__name__}: {error}"}, status_code=400)
        return response

    return call
