"""The HTTP transport under every vendor adapter: timeouts, correlation, timing, failure classes.

What can be said of a failed call depends on whether it was a write and how far it got:

- never connected               → Unavailable (nothing happened)
- sent, a read                  → Unavailable (nothing to happen)
- sent, a write, no answer      → OutcomeUnknown

Answers, whatever their status, go back to the vendor's adapter: only it can tell a refusal from
an accident.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from portal import correlation
from portal.domain.upstream import OutcomeUnknown, Throttled, Unavailable, UpstreamError
from portal.observability import count, duration

CONNECT_SECONDS = 3.05
POOL_SIZE = 8


@dataclass(frozen=True)
class Call:
    """One request: `operation` is the vendor's name for it, `writes` whether it has an effect."""

    method: str
    url: str
    operation: str
    writes: bool


class Transport:
    """A session to one upstream; not shared between threads."""

    def __init__(
        self,
        upstream: str,
        *,
        read_seconds: float,
        connect_seconds: float = CONNECT_SECONDS,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.upstream = upstream
        self._timeout = (connect_seconds, read_seconds)
        self._clock = clock
        self.session = requests.Session()
        # Redirects are refused: a 302 to a login page must not turn a POST into a GET.
        self.session.max_redirects = 0
        for scheme in ("https://", "http://"):
            self.session.mount(scheme, HTTPAdapter(pool_maxsize=POOL_SIZE, max_retries=0))

    @property
    def timeout(self) -> tuple[float, float]:
        """Seconds to connect, seconds between bytes; for libraries that send for themselves."""
        return self._timeout

    def send(self, call: Call, **options: Any) -> requests.Response:
        """Send once; `options` are those of `requests.Session.request`.

        Raises Unavailable or OutcomeUnknown as the module says.
        """
        headers = {correlation.HEADER: correlation.current(), **options.pop("headers", {})}
        options.setdefault("timeout", self._timeout)
        with self.guard(call):
            return self.session.request(
                call.method, call.url, headers=headers, allow_redirects=False, **options
            )

    @contextmanager
    def guard(self, call: Call) -> Iterator[None]:
        """Time the call inside and classify its failure to be answered."""
        started = self._clock()
        try:
            yield
        except requests.RequestException as error:
            raise self._failed(call, error) from error
        finally:
            duration("UpstreamLatency", self._clock() - started, upstream=self.upstream)

    def _failed(self, call: Call, error: requests.RequestException) -> UpstreamError:
        count("UpstreamErrors", upstream=self.upstream)
        kind = type(error).__name__
        if call.writes and not never_connected(error):
            return OutcomeUnknown(self.upstream, call.operation, f"no answer ({kind})")
        return Unavailable(self.upstream, call.operation, f"no answer ({kind})")


def never_connected(error: requests.RequestException) -> bool:
    """Whether the request certainly did not leave this machine."""
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.InvalidURL):
        return True
    return "NewConnectionError" in repr(error) or "NameResolutionError" in repr(error)


def throttled(upstream: str, operation: str, response: requests.Response) -> Throttled:
    """A 429 (or a 503 that says when to come back) as an error."""
    wait = response.headers.get("Retry-After", "")
    return Throttled(
        upstream,
        operation,
        "too many requests",
        status=response.status_code,
        retry_after=float(wait) if wait.replace(".", "", 1).isdigit() else None,
    )
