"""HTTP without sockets: requests of the adapters go straight to the emulators' ASGI applications.

What a network does between two machines is done here: time passes, connections break before and
after the request was carried out, callers give up, and a request whose caller has given up may
still take effect later.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import exceptions as urllib3_errors

from bench.years.world import World
from local.emulators.kit.middleware import PAUSE, TRANSPORT, Incoming

Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Sent:
    """A request. `timeout` is how long the caller waits for the answer, in seconds."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    timeout: float


@dataclass(frozen=True)
class Answered:
    """A whole answer."""

    status: int
    headers: Headers
    body: bytes


class Cut(Exception):
    """The connection was closed or reset before the whole answer had arrived."""


class NoAnswer(Exception):
    """The caller has given up waiting."""


class NotConnected(Exception):
    """The request never left the caller's machine."""


@dataclass
class Server:
    """A vendor's application. `seconds` draws how long it takes to answer a request."""

    name: str
    app: Any
    seconds: Callable[[], float]
    operation: Callable[[Incoming], str]
    unreachable: bool = False
    gives_up_late: Callable[[], float | None] = lambda: None


class Wire:
    """Everything that can be reached, by host name."""

    def __init__(self, world: World, before: Callable[[str], None]) -> None:
        self._world = world
        self._before = before
        self.servers: dict[str, Server] = {}

    def exchange(self, sent: Sent) -> Answered:
        """Send a request and wait. Raises Cut, NoAnswer and NotConnected, and Killed."""
        server = self.servers[str(urlsplit(sent.url).hostname)]
        call = f"{server.name} {server.operation(_incoming(sent))}"
        self._before(f"{call} before")
        if server.unreachable:
            self._world.sleep(min(sent.timeout, 3.05))
            raise NotConnected
        late = server.gives_up_late()
        if late is not None:
            self._world.later(late, lambda: self._afterwards(server, sent))
            self._world.sleep(sent.timeout)
            raise NoAnswer
        seconds = server.seconds()
        self._world.sleep(min(seconds / 2, sent.timeout))
        answer = Exchange(self._world, sent).run(server.app)
        self._world.sleep(seconds / 2)
        self._before(f"{call} after")
        return answer

    def _afterwards(self, server: Server, sent: Sent) -> None:
        """The vendor carries the request out although nobody waits for the answer any more."""
        self._world.note(f"{server.name} carries out a request that was given up")
        try:
            Exchange(self._world, sent).run(server.app)
        except (Cut, NoAnswer):
            return


class Exchange:
    """One request, as an ASGI application sees it."""

    def __init__(self, world: World, sent: Sent) -> None:
        self._world = world
        self._sent = sent
        self._given_up = False
        self._cut = False
        self._status = 0
        self._headers: Headers = []
        self._body = b""

    def run(self, app: Any) -> Answered:
        extensions = {TRANSPORT: self, PAUSE: self._pause}
        scope = {**_scope(self._sent), "extensions": extensions}
        self._world.true_time(lambda: drive(app(scope, self._receive, self._send)))
        if self._given_up:
            raise NoAnswer
        if self._cut or not self._status:
            raise Cut
        return Answered(self._status, self._headers, self._body)

    async def _receive(self) -> dict[str, Any]:
        if self._cut or self._given_up:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": self._sent.body, "more_body": False}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = [
                (k.decode("latin-1"), v.decode("latin-1")) for k, v in message["headers"]
            ]
        elif message["type"] == "http.response.body":
            self._body += message.get("body", b"")

    def _pause(self, seconds: float | None) -> bool:
        """Take so much time (None: for ever); whether the caller is still there afterwards."""
        if self._world.current is None:
            return True  # nobody waits any more, and events take no time
        patient = seconds is not None and seconds < self._sent.timeout
        self._world.sleep(seconds if patient and seconds is not None else self._sent.timeout)
        self._given_up = not patient
        return patient

    def abort(self) -> None:
        """Cut the connection; the name is that of an asyncio transport."""
        self._cut = True

    def get_extra_info(self, _: str) -> Exchange:
        """Return the socket, whose options nobody reads."""
        return self

    def setsockopt(self, *_: Any) -> None:
        """Do nothing, because there is no socket."""


def drive(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine that waits for nothing. Raises RuntimeError when it does."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    coroutine.close()
    msg = "an emulator waits for something that is not simulated"
    raise RuntimeError(msg)


def _scope(sent: Sent) -> dict[str, Any]:
    url = urlsplit(sent.url)
    headers = {"host": url.netloc, **{k.lower(): v for k, v in sent.headers.items()}}
    headers.setdefault("content-length", str(len(sent.body)))
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": sent.method,
        "scheme": url.scheme,
        "path": unquote(url.path),
        "raw_path": url.path.encode(),
        "query_string": url.query.encode(),
        "root_path": "",
        "headers": [(k.encode("latin-1"), v.encode("latin-1")) for k, v in headers.items()],
        "client": ("127.0.0.1", 50_000),
        "server": (url.hostname, url.port or 80),
    }


def _incoming(sent: Sent) -> Incoming:
    url = urlsplit(sent.url)
    return Incoming(sent.method, url.path, url.query, dict(sent.headers), sent.body)


class InProcessAdapter(BaseAdapter):
    """What `requests` sends through instead of sockets."""

    def __init__(self, wire: Wire) -> None:
        super().__init__()
        self._wire = wire

    def send(self, request: requests.PreparedRequest, *_: Any, **options: Any) -> requests.Response:
        """Send a prepared request. Raises what requests raises for the same accident."""
        timeout = options.get("timeout")
        body = request.body or b""
        sent = Sent(
            method=str(request.method),
            url=str(request.url),
            headers={k: _text(v) for k, v in request.headers.items()},
            body=body if isinstance(body, bytes) else str(body).encode(),
            timeout=float(timeout[1] if isinstance(timeout, tuple) else timeout or 60.0),
        )
        try:
            answer = self._wire.exchange(sent)
        except Cut:
            lost = urllib3_errors.ProtocolError("Connection aborted.", ConnectionResetError())
            raise requests.ConnectionError(lost, request=request) from None
        except NoAnswer:
            raise requests.ReadTimeout(request=request) from None
        except NotConnected:
            raise requests.ConnectTimeout(request=request) from None
        return _response(request, answer)

    def close(self) -> None:
        """Do nothing, because no connection is kept."""


def open_like_urllib(wire: Wire, request: Any, timeout: float) -> Any:
    """Send what SendGrid's package gives to urllib. Raises what urllib raises."""
    sent = Sent(
        method=request.get_method(),
        url=request.full_url,
        headers=dict(request.header_items()),
        body=request.data or b"",
        timeout=timeout,
    )
    try:
        answer = wire.exchange(sent)
    except Cut:
        raise ConnectionResetError from None
    except NoAnswer:
        raise TimeoutError from None
    except NotConnected:
        raise URLError(TimeoutError()) from None
    body = io.BytesIO(answer.body)
    headers: Any = CaseInsensitiveDict(answer.headers)
    if answer.status >= requests.codes.multiple_choices:
        raise HTTPError(request.full_url, answer.status, "refused", headers, body)
    return _LikeUrllib(answer.status, headers, body)


@dataclass(frozen=True)
class _LikeUrllib:
    status: int
    headers: Any
    body: io.BytesIO

    def getcode(self) -> int:
        return self.status

    def read(self) -> bytes:
        return self.body.read()

    def info(self) -> Any:
        return self.headers


def _response(request: requests.PreparedRequest, answer: Answered) -> requests.Response:
    response = requests.Response()
    response.status_code = answer.status
    response.headers = CaseInsensitiveDict(answer.headers)
    response._content = answer.body
    response.url = str(request.url)
    response.request = request
    return response


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
