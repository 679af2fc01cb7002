"""Serves ASGI applications from threads of the launcher, so that they end with it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from local.emulators.kit import server as kit
from local.front.server import server_config
from local.stack.ports import listen, port_of
from local.stack.settings import HOST

START_TIMEOUT = 20.0
STOP_TIMEOUT = 5.0


class ServingError(RuntimeError):
    """An application did not start."""


@contextmanager
def serving_emulator(service: str, app: ASGIApp, port: int) -> Iterator[str]:
    """Serve an emulator whose connections faults can cut. Yield its URL."""
    with _served(service, kit.config(app, port=port), port) as url:
        yield url


@contextmanager
def serving_front(app: ASGIApp, listener: socket.socket) -> Iterator[str]:
    """Serve the front door on a socket that listens already. Yield its URL."""
    with _thread("front", server_config(app), listener):
        yield f"http://{HOST}:{port_of(listener)}"


@contextmanager
def _served(service: str, config: uvicorn.Config, port: int) -> Iterator[str]:
    with listen(service, port) as listener, _thread(service, config, listener):
        yield f"http://{HOST}:{port_of(listener)}"


@contextmanager
def _thread(service: str, config: uvicorn.Config, listener: socket.socket) -> Iterator[None]:
    server = uvicorn.Server(config)
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [listener]}, name=service, daemon=True
    )
    thread.start()
    try:
        deadline = time.monotonic() + START_TIMEOUT
        while not server.started:
            if not thread.is_alive() or time.monotonic() > deadline:
                raise ServingError(f"{service} did not start: its error is printed above")
            time.sleep(0.02)
        yield
    finally:
        server.should_exit = True
        thread.join(STOP_TIMEOUT)
