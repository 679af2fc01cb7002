"""The ASGI layer that applies faults and writes the journal around a vendor's routes."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.emulators.kit.faults import Fault, Faults, quoting
from local.emulators.kit.journal import Journal

HTML_ERROR = (
    "<!DOCTYPE html><html><head><title>{status}</title></head>"
    "<body><h1>Service unavailable</h1><p>Please try again later.</p></body></html>"
)
TRANSPORT = "portal.transport"
# A caller in the same process gives the function with which time passes for it: called with seconds
# (None: until released), it returns whether the caller is still connected afterwards.
PAUSE = "portal.pause"


@dataclass
class Captured:
    """A whole answer, which is held back until a fault has been applied."""

    status: int = 500
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""

    async def collect(self, message: Message) -> None:
        """An ASGI `send` that stores instead of sending."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = list(message.get("headers", []))
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")

    async def emit(self, send: Send) -> None:
        """Send the stored answer with its right content length."""
        headers = [(k, v) for k, v in self.headers if k.lower() != b"content-length"]
        headers.append((b"content-length", str(len(self.body)).encode()))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


@dataclass(frozen=True)
class Incoming:
    """The parts of a request that faults match on and the journal keeps."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text, for matching and for the journal."""
        return self.body.decode("utf-8", "replace")

    @property
    def values(self) -> str:
        """The values of query and body, of a form or of JSON, as a message repeats them."""
        pairs = parse_qsl(self.query)
        try:
            found = list(_leaves(json.loads(self.text)))
        except ValueError:
            pairs += parse_qsl(self.text)
            found = []
        return " / ".join([*(value for _, value in pairs), *found])


NameOperation = Callable[[Incoming], str]


class FaultMiddleware:
    """Wraps the vendor's routes. Requests to `/_admin` have no faults and are not recorded."""

    def __init__(
        self, app: ASGIApp, *, faults: Faults, journal: Journal, name_operation: NameOperation
    ) -> None:
        self._app = app
        self._faults = faults
        self._journal = journal
        self._name_operation = name_operation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request. This is the ASGI entry point."""
        if scope["type"] != "http" or scope["path"].startswith("/_admin"):
            await self._app(scope, receive, send)
            return
        incoming = await _read(scope, receive)
        operation = self._name_operation(incoming)
        fault = self._faults.take(
            operation=operation,
            method=incoming.method,
            path=incoming.path,
            body=incoming.text,
        )
        exchange = _Exchange(self._app, self._journal, scope, receive, send, incoming, operation)
        await exchange.run(fault)


class _Exchange:
    """One request to which a fault may apply."""

    def __init__(
        self,
        app: ASGIApp,
        journal: Journal,
        scope: Scope,
        receive: Receive,
        send: Send,
        incoming: Incoming,
        operation: str,
    ) -> None:
        self._app = app
        self._journal = journal
        self._scope = scope
        self._receive = receive
        self._send = send
        self._incoming = incoming
        self._operation = operation

    async def run(self, fault: Fault | None) -> None:
        kind = fault.kind if fault else None
        if fault is None:
            await self._answer(await self._commit(), fault)
        elif kind in {"delay", "hold"}:
            await self._late(fault)
        elif kind in {"status", "html", "empty"}:
            await self._refuse(fault)
        elif kind == "reset":
            self._record(None, "reset", committed=False, fault=fault)
            await self._abort(hard=True)
        else:
            await self._spoil(fault, await self._commit())

    async def _commit(self) -> Captured:
        captured = Captured()
        body = self._incoming.body

        async def replay() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(self._scope, replay, captured.collect)
        return captured

    async def _answer(self, captured: Captured, fault: Fault | None) -> None:
        self._record(captured.status, "answered", committed=True, fault=fault)
        await captured.emit(self._send)

    async def _late(self, fault: Fault) -> None:
        if fault.phase == "before":
            if not await self._waited(fault):
                self._record(None, "dropped", committed=False, fault=fault)
                return
            await self._answer(await self._commit(), fault)
            return
        captured = await self._commit()
        if not await self._waited(fault):
            self._record(captured.status, "dropped", committed=True, fault=fault)
            return
        await self._answer(captured, fault)

    async def _waited(self, fault: Fault) -> bool:
        """Wait as the fault says. Returns False when the caller disconnects before."""
        held = fault.kind == "hold"
        pause = self._scope.get("extensions", {}).get(PAUSE)
        if pause is not None:
            return bool(pause(None if held else fault.seconds))
        return await self._still_connected(
            fault.wait_for_release() if held else asyncio.sleep(fault.seconds)
        )

    async def _still_connected(self, pause: Any) -> bool:
        """Wait for `pause`. Returns False when the caller disconnects before."""
        waiting = asyncio.ensure_future(pause)
        hangup = asyncio.ensure_future(self._receive())
        done, _ = await asyncio.wait({waiting, hangup}, return_when=asyncio.FIRST_COMPLETED)
        for task in (waiting, hangup):
            if task not in done:
                task.cancel()
        await asyncio.gather(waiting, hangup, return_exceptions=True)
        return waiting in done

    async def _refuse(self, fault: Fault) -> None:
        captured = Captured(status=fault.status or (200 if fault.kind == "empty" else 503))
        content_type = b"application/json"
        if fault.kind == "html":
            captured.body = HTML_ERROR.format(status=captured.status).encode()
            content_type = b"text/html; charset=utf-8"
        elif fault.kind == "status":
            captured.body = _encode(quoting(fault.body, self._incoming.values))
        captured.headers = [(b"content-type", content_type), *_raw_headers(fault.headers)]
        self._record(captured.status, "refused", committed=False, fault=fault)
        await captured.emit(self._send)

    async def _spoil(self, fault: Fault, captured: Captured) -> None:
        if fault.kind in {"drop_answer", "reset_after"}:
            self._record(captured.status, "dropped", committed=True, fault=fault)
            await self._abort(hard=fault.kind == "reset_after")
            return
        if fault.kind == "garble":
            captured.body = captured.body[: len(captured.body) // 2]
        else:
            captured = Captured(
                status=fault.status or 502,
                headers=[(b"content-type", b"application/json"), *_raw_headers(fault.headers)],
                body=_encode(fault.body),
            )
        await self._answer(captured, fault)

    async def _abort(self, *, hard: bool) -> None:
        """Cut the connection: with RST when `hard`, else with a plain close."""
        transport: asyncio.Transport | None = self._scope.get("extensions", {}).get(TRANSPORT)
        if transport is None:
            msg = "this emulator is not served by kit.server, so it cannot cut connections"
            raise RuntimeError(msg)
        if hard:
            sock = transport.get_extra_info("socket")
            sock.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, (1).to_bytes(4, "little") + bytes(4)
            )
        transport.abort()
        while (await self._receive())["type"] != "http.disconnect":
            continue

    def _record(
        self, status: int | None, outcome: str, *, committed: bool, fault: Fault | None
    ) -> None:
        self._journal.record(
            operation=self._operation,
            method=self._incoming.method,
            path=self._incoming.path,
            query=self._incoming.query,
            headers=self._incoming.headers,
            body=self._incoming.text,
            status=status,
            outcome=outcome,
            committed=committed,
            fault=fault.id if fault else None,
        )


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _leaves(item)
    elif isinstance(value, str):
        yield value


async def _read(scope: Scope, receive: Receive) -> Incoming:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body", False):
            break
    headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
    return Incoming(
        method=scope["method"],
        path=scope["path"],
        query=scope["query_string"].decode("latin-1"),
        headers=headers,
        body=body,
    )


def _encode(body: Any) -> bytes:
    if body is None:
        return b""
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()


def _raw_headers(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(k.lower().encode("latin-1"), v.encode("latin-1")) for k, v in headers.items()]
