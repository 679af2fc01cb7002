"""The transport: what each way of failing means, and what is never sent."""

from __future__ import annotations

import itertools
import json
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import responses
from portal import correlation
from portal.adapters.http import (
    IDLE_SECONDS,
    Call,
    Transport,
    json_object,
    never_connected,
    retry_after,
    throttled,
)
from portal.domain.upstream import OutcomeUnknown, Unavailable, UpstreamError
from urllib3 import exceptions as urllib3_errors

from tests.fakes.sockets import (
    ScriptedServer,
    answer,
    closed_port,
    read_request,
    reset,
    unreachable_port,
)

URL = "https://vendor.example/api"
NOW = 1_790_000_000.0


class Wall:
    """A wall clock that tests push."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def transport(wall: Wall) -> Iterator[Transport]:
    # Long enough for a busy machine; what waits for its end says so.
    made = Transport("vendor", read_seconds=5, connect_seconds=5, wall_clock=wall)
    yield made
    made.session.close()


@pytest.fixture
def impatient(wall: Wall) -> Iterator[Transport]:
    made = Transport("vendor", read_seconds=0.3, connect_seconds=0.3, wall_clock=wall)
    yield made
    made.session.close()


def call(url: str = URL, *, writes: bool = False) -> Call:
    return Call("POST", url, "AddThing", writes)


def failure(transport: Transport, url: str, *, writes: bool) -> UpstreamError:
    with pytest.raises(UpstreamError) as caught:
        transport.send(call(url, writes=writes), data={"a": "1"})
    assert (caught.value.upstream, caught.value.operation) == ("vendor", "AddThing")
    return caught.value


WRITES = pytest.mark.parametrize("writes", [False, True])


@WRITES
def test_a_closed_port_means_that_nothing_happened(transport: Transport, writes: bool) -> None:
    error = failure(transport, f"http://127.0.0.1:{closed_port()}/", writes=writes)
    assert type(error) is Unavailable


@WRITES
def test_a_name_that_does_not_resolve_means_that_nothing_happened(
    transport: Transport, writes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert type(failure(transport, "http://nowhere.example/", writes=writes)) is Unavailable


@WRITES
def test_a_connection_that_is_never_accepted_means_that_nothing_happened(
    impatient: Transport, writes: bool
) -> None:
    with unreachable_port() as port:
        error = failure(impatient, f"http://127.0.0.1:{port}/", writes=writes)
    assert type(error) is Unavailable
    assert "ConnectTimeout" in error.message


def test_a_certificate_of_somebody_else_means_that_nothing_was_sent() -> None:
    cause = urllib3_errors.SSLError(ssl.SSLCertVerificationError("self-signed certificate"))
    wrapped = urllib3_errors.MaxRetryError(None, "/", cause)  # type: ignore[arg-type]  # no pool needed here
    assert never_connected(requests.exceptions.SSLError(wrapped))
    later = urllib3_errors.MaxRetryError(None, "/", urllib3_errors.SSLError("record layer failure"))  # type: ignore[arg-type]  # as above
    assert not never_connected(requests.exceptions.SSLError(later))


def hang(connection: socket.socket) -> None:
    read_request(connection)
    connection.recv(1)


def cut(connection: socket.socket) -> None:
    read_request(connection)


def rst(connection: socket.socket) -> None:
    read_request(connection)
    reset(connection)


def half_a_body(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{")


def no_http(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")


SENT = pytest.mark.parametrize("script", [hang, cut, rst, half_a_body, no_http])


@SENT
def test_a_write_without_an_answer_is_an_unknown_outcome(
    impatient: Transport, script: Callable[[socket.socket], None]
) -> None:
    with ScriptedServer(script) as server:
        assert type(failure(impatient, server.url, writes=True)) is OutcomeUnknown
        assert server.connections == 1


@SENT
def test_a_read_without_an_answer_changed_nothing(
    impatient: Transport, script: Callable[[socket.socket], None]
) -> None:
    with ScriptedServer(script) as server:
        assert type(failure(impatient, server.url, writes=False)) is Unavailable


def test_the_url_cannot_talk_a_write_into_being_safe(transport: Transport) -> None:
    with ScriptedServer(cut) as server:
        url = f"{server.url}/?q=NewConnectionError+NameResolutionError"
        assert type(failure(transport, url, writes=True)) is OutcomeUnknown


def once_then(end: Callable[[socket.socket], None]) -> Callable[[socket.socket], None]:
    """Answers one request, keeps the connection, and lets it die at the next."""

    def script(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(answer())
        end(connection)

    return script


def ok(connection: socket.socket) -> None:
    while read_request(connection):
        connection.sendall(answer('{"fresh": true}'))


@pytest.mark.parametrize("end", [cut, rst])
def test_a_read_survives_a_kept_connection_that_died(
    transport: Transport, end: Callable[[socket.socket], None]
) -> None:
    with ScriptedServer(once_then(end), ok) as server:
        assert transport.send(call(server.url)).json() == {}
        assert transport.send(call(server.url)).json() == {"fresh": True}
        assert server.connections == 2
        transport.session.close()


def test_a_read_is_sent_again_only_once(transport: Transport) -> None:
    with ScriptedServer(once_then(cut), cut, ok) as server:
        transport.send(call(server.url))
        assert type(failure(transport, server.url, writes=False)) is Unavailable
        assert server.connections == 2


def test_a_write_on_a_connection_that_died_stays_unknown(transport: Transport) -> None:
    with ScriptedServer(once_then(cut), ok) as server:
        transport.send(call(server.url))
        assert type(failure(transport, server.url, writes=True)) is OutcomeUnknown
        assert server.connections == 1


@pytest.mark.parametrize("idle", [IDLE_SECONDS + 1, -60.0])
def test_a_write_never_goes_over_a_connection_that_was_idle(
    transport: Transport, wall: Wall, idle: float
) -> None:
    with ScriptedServer(once_then(cut), ok) as server:
        transport.send(call(server.url))
        wall.now += idle
        assert transport.send(call(server.url, writes=True)).json() == {"fresh": True}
        transport.session.close()


def test_busy_connections_are_reused(transport: Transport) -> None:
    with ScriptedServer(ok) as server:
        for writes in (False, True, False, True):
            transport.send(call(server.url, writes=writes))
        assert server.connections == 1
        transport.session.close()


def test_a_slow_server_is_not_asked_twice(wall: Wall) -> None:
    ticks = itertools.count(step=5)
    transport = Transport("vendor", read_seconds=5, clock=lambda: next(ticks), wall_clock=wall)
    with ScriptedServer(once_then(cut), ok) as server:
        transport.send(call(server.url))
        assert type(failure(transport, server.url, writes=False)) is Unavailable
        assert server.connections == 1


@responses.activate
def test_redirects_are_answers(transport: Transport) -> None:
    responses.post(URL, status=302, headers={"Location": "https://evil.example/"})
    assert transport.send(call(), headers={"Authorization": "Bearer t"}).status_code == 302
    # Nor when a library that sends over our session would follow.
    assert transport.session.post(URL, timeout=1).status_code == 302
    assert len(responses.calls) == 2


@responses.activate
def test_the_correlation_id_and_the_timeouts_travel(transport: Transport) -> None:
    responses.post(URL, json={})
    with correlation.bound("front-end.0001"):
        transport.send(call(), headers={"X-Own": "1"})
    transport.send(call())
    first, second = (c.request for c in responses.calls)
    assert first.headers["X-Correlation-Id"] == "front-end.0001"
    assert first.headers["X-Own"] == "1"
    assert first.req_kwargs["timeout"] == (5, 5)  # type: ignore[attr-defined]  # added by responses
    assert "X-Correlation-Id" not in second.headers


@responses.activate
def test_a_netrc_file_never_replaces_our_credentials(
    transport: Transport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine vendor.example login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    responses.post(URL, json={})
    transport.send(call(), headers={"Authorization": "Bearer ours"})
    transport.send(call())
    assert [c.request.headers.get("Authorization") for c in responses.calls] == [
        "Bearer ours",
        None,
    ]


@responses.activate
def test_calls_are_timed_and_failures_counted(
    transport: Transport, capsys: pytest.CaptureFixture[str]
) -> None:
    responses.post(URL, json={})
    responses.post(URL, body=requests.ReadTimeout("x"))
    transport.send(call())
    with pytest.raises(Unavailable):
        transport.send(call())
    emitted = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    names = [e["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Name"] for e in emitted]
    assert names == ["UpstreamLatency", "UpstreamErrors", "UpstreamLatency"]
    assert {e["upstream"] for e in emitted} == {"vendor"}
    assert {e["service"] for e in emitted} == {"test"}


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("  3 ", 3.0),
        ("Mon, 21 Sep 2026 14:13:50 GMT", 30.0),
        ("Monday, 21-Sep-26 14:13:50 GMT", 30.0),
        ("Mon, 21 Sep 2026 23:13:50 +0900", 30.0),
        ("Mon, 21 Sep 2020 00:00:00 GMT", 0.0),
        ("999999", 3600.0),
        ("Mon, 21 Sep 2036 00:00:00 GMT", 3600.0),
        ("soon", None),
        ("-5", None),
        ("²", None),
        ("1.2.3", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_understood(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, now=lambda: NOW) == seconds


@responses.activate
def test_throttled_says_when_to_come_back(transport: Transport) -> None:
    responses.post(URL, status=429, headers={"Retry-After": "17"})
    error = throttled("vendor", "AddThing", transport.send(call()))
    assert (error.status, error.retry_after) == (429, 17.0)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b'{"a": 1}', {"a": 1}),
        (b'\xef\xbb\xbf{"a": "\xe6\x9d\xb1"}', {"a": "東"}),
        (b"[1]", None),
        (b"", None),
        (b"<html>", None),
        (b'{"a": ', None),
        (b"\xff\xfe", None),
        (b"[" * 100_000, None),
    ],
)
@responses.activate
def test_only_json_objects_are_answers(
    transport: Transport, body: bytes, found: dict[str, Any] | None
) -> None:
    responses.post(URL, body=body)
    assert json_object(transport.send(call())) == found


def test_the_proxy_of_the_environment_is_used_for_every_call_but_not_for_every_host(
    transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bytes] = []

    def proxy(connection: socket.socket) -> None:
        for _ in range(2):
            asked.append(read_request(connection).split(b"\r\n")[0])
            connection.sendall(answer())

    with ScriptedServer(proxy) as server, ScriptedServer(ok) as direct:
        for name in ("http_proxy", "HTTP_PROXY"):
            monkeypatch.setenv(name, server.url)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.setenv(name, "127.0.0.1")
        for path in ("1", "2"):
            transport.send(call(f"http://vendor.example/{path}"))
        assert transport.send(call(direct.url)).json() == {"fresh": True}
        transport.session.close()
    assert asked == [
        b"POST http://vendor.example/1 HTTP/1.1",
        b"POST http://vendor.example/2 HTTP/1.1",
    ]
