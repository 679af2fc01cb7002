"""A stage's public endpoints on loopback, as the doctor meets them."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from portal.api.signature import SignatureVerifier, SigningKeys
from portal.domain.problems import Problem

from tests.events import rest_event
from tests.vendors import FixedSecret


@dataclass
class Behaviour:
    """What a test changes; as it stands, the stage is sound."""

    origins: list[str] = field(default_factory=list)
    any_origin: bool = False
    keys: dict[str, str] = field(default_factory=dict)
    checks_signatures: bool = True
    products: int = 3
    needs_token: bool = True
    healthy: bool = True
    pages: bool = True
    skew: float = 0.0


class PortalApi(ThreadingHTTPServer):
    """Serves from a thread; `signed` are the paths of requests whose signature was right."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behaviour = Behaviour()
        self.signed: list[str] = []
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def __enter__(self) -> PortalApi:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: PortalApi
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Nothing on the test's output."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        now = timestamp if timestamp is not None else time.time()
        return formatdate(now + self.server.behaviour.skew, usegmt=True)

    def do_GET(self) -> None:
        now = self.server.behaviour
        match self.path.removeprefix("/api"):
            case "/health":
                self._answer(200 if now.healthy else 500, {"status": "ok"})
            case "/me" if now.needs_token:
                self._answer(401, {"title": "Sign in"}, "application/problem+json")
            case "/me":
                self._answer(200, {"userId": "somebody"})
            case "/catalog":
                self._answer(200, {"items": [{"sku": f"S{n}"} for n in range(now.products)]})
            case "/" if now.pages:
                self._answer(200, "<!doctype html><html></html>", "text/html")
            case _:
                self._answer(404, {"title": "Not found"}, "application/problem+json")

    def do_OPTIONS(self) -> None:
        now = self.server.behaviour
        origin = str(self.headers.get("Origin"))
        listed = now.any_origin or origin in now.origins
        allowed = origin if listed else next(iter(now.origins), "")
        self._answer(204, None, **{"Access-Control-Allow-Origin": allowed})

    def do_POST(self) -> None:
        path = self.path.removeprefix("/api")
        event = rest_event("POST", path, headers=dict(self.headers.items()))
        verifier = SignatureVerifier(
            SigningKeys(FixedSecret(keys=self.server.behaviour.keys)),
            clock=lambda: time.time() + self.server.behaviour.skew,
        )
        try:
            if self.server.behaviour.checks_signatures:
                verifier.verify(event, path)
        except Problem as problem:
            self._answer(problem.type.status, {}, "application/problem+json")
            return
        self.server.signed.append(path)
        self._answer(422, {"title": "Not an id"}, "application/problem+json")

    def _answer(
        self, status: int, body: Any, content_type: str = "application/json", **headers: str
    ) -> None:
        text = body if isinstance(body, str) else "" if body is None else json.dumps(body)
        content = text.encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
