"""A taken port is named, with the variable that moves it."""

from __future__ import annotations

import socket

import pytest

from local.stack.ports import PortTakenError, listen, port_of, reserve


def test_a_taken_port_is_named_with_the_variable_that_moves_it() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = port_of(other)
        with pytest.raises(PortTakenError, match=f"port {port} .*SALESFORCE_PORT="):
            reserve("salesforce", port)


def test_a_reserved_port_can_be_used_right_away() -> None:
    port = reserve("front", 0)
    with listen("front", port) as listener:
        assert port_of(listener) == port
