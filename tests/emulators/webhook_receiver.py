"""A webhook endpoint on loopback that remembers what it got."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar

LONGEST_WAIT = 30.0


@dataclass
class WebhookReceiver:
    """Keeps headers and bodies in `got`; answers `statuses` in turn, then 204."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def wait_until(self, happened: Callable[[], bool]) -> bool:
        """Wait for deliveries until `happened`; False when that takes too long."""
        with self.arrived:
            return self.arrived.wait_for(happened, timeout=LONGEST_WAIT)


ReceiverT = TypeVar("ReceiverT", bound=WebhookReceiver)


@contextmanager
def receiving(receiver: ReceiverT) -> Iterator[ReceiverT]:
    """Serve the receiver; its `url` is set."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            with receiver.arrived:
                receiver.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
                receiver.arrived.notify_all()
            self.send_response(receiver.statuses.pop(0) if receiver.statuses else 204)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # its signature
            """Silence."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        receiver.url = f"http://127.0.0.1:{server.server_address[1]}/webhooks"
        yield receiver
        server.shutdown()
        thread.join()
