"""Serves an emulator in the foreground, or on a thread of a test."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from local.emulators.kit.emulator import Emulator
from local.emulators.kit.middleware import TRANSPORT

HOST = "127.0.0.1"
SECONDS_OF_DATE = 1.0


async def _with_transport(
    app: ASGIApp, transport: asyncio.Transport, scope: Scope, receive: Receive, send: Send
) -> None:
    scope.setdefault("extensions", {})[TRANSPORT] = transport
    await app(scope, receive, send)


class CuttableProtocol(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 protocol with access to the transport, so that faults can cut it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # narrower than BaseTransport, as uvicorn's own
        """Remember the transport for this connection's requests."""
        super().connection_made(transport)
        self.app = partial(_with_transport, self.app, transport)


def config(app: ASGIApp, *, port: int, log_level: str = "warning") -> uvicorn.Config:
    """Return uvicorn's settings for one emulator on loopback."""
    return uvicorn.Config(
        app,
        host=HOST,
        port=port,
        http=CuttableProtocol,
        log_level=log_level,
        access_log=False,
        lifespan="off",
        timeout_keep_alive=30,
        timeout_graceful_shutdown=1,
    )


def run(emulator: Emulator[Any], *, port: int) -> None:
    """Serve until interrupted."""
    uvicorn.Server(config(emulator.app(), port=port)).run()


class PromptServer(uvicorn.Server):
    """Stops at once, and wakes once a second for the Date header. uvicorn's wakes ten times.

    A test session serves up to sixteen emulators, most of which have nothing to do.
    """

    def __init__(self, settings: uvicorn.Config) -> None:
        super().__init__(settings)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopped = asyncio.Event()

    async def main_loop(self) -> None:
        """Run until `stop` is called."""
        self._loop = asyncio.get_running_loop()
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), SECONDS_OF_DATE)

    def stop(self) -> None:
        """Stop, from another thread."""
        self.should_exit = True
        if self._loop is not None:
            with suppress(RuntimeError):  # it has stopped meanwhile
                self._loop.call_soon_threadsafe(self._stopped.set)


@dataclass(frozen=True)
class Running:
    """An emulator that answers at `url`, and its object for assertions."""

    emulator: Emulator[Any]
    url: str

    @property
    def admin(self) -> str:
        """The base URL of its admin API."""
        return f"{self.url}/_admin"


@contextmanager
def running(emulator: Emulator[Any]) -> Iterator[Running]:
    """Serve on a free loopback port from a thread, for tests."""
    # asyncio switches Nagle's algorithm off only for sockets whose protocol is named. Otherwise
    # every answer would wait 40 ms for the client's delayed acknowledgement.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind((HOST, 0))
        port = listener.getsockname()[1]
        server = PromptServer(config(emulator.app(), port=port))
        listener.listen(128)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield Running(emulator, f"http://{HOST}:{port}")
        finally:
            server.stop()
            emulator.faults.clear()
            thread.join(timeout=5)
