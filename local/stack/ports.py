"""Finds out whether a loopback port is free, and finds a free one."""

from __future__ import annotations

import random
import socket
from contextlib import suppress

from local.stack.settings import HOST, PORTS

QUIET_PORTS = range(20_000, 32_000)
"""Ports below the ephemeral ports of Linux (from 32768) and of macOS (from 49152)."""

TRIES = 20


class PortTakenError(RuntimeError):
    """Another program listens on a port that the stack needs; the message says how to move it."""

    def __init__(self, service: str, port: int) -> None:
        variable = PORTS[service][0]
        super().__init__(
            f"port {port} ({service}) is taken on {HOST}: stop what listens there, "
            f"or choose another with {variable}=<port> make run"
        )


def listen(service: str, port: int) -> socket.socket:
    """Return a listening socket on loopback; port 0 takes any free port. Raises PortTakenError."""
    # asyncio turns off Nagle's algorithm only for sockets whose protocol is named. Otherwise every
    # answer waits 40 ms for the client's delayed acknowledgement.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    # Without this option a port stays unusable for a minute after its last connections closed.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        raise PortTakenError(service, port) from error
    listener.listen(128)
    return listener


def port_of(listener: socket.socket) -> int:
    """Return the port that a socket listens on."""
    port: int = listener.getsockname()[1]
    return port


def reserve(service: str, port: int) -> int:
    """Return a port for another process to bind. Raises PortTakenError.

    For port 0 it is a port outside of the ephemeral ports, because an outgoing connection of any
    program could take an ephemeral one before the other process binds it.
    """
    if port:
        return _look(service, port)
    *first, last = random.sample(QUIET_PORTS, TRIES)
    for candidate in first:
        with suppress(PortTakenError):
            return _look(service, candidate)
    return _look(service, last)


def _look(service: str, port: int) -> int:
    with listen(service, port) as listener:
        return port_of(listener)
