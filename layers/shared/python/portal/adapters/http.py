"""The HTTP transport of the vendor adapters: timeouts, correlation, timing and failure classes.

The class of a failed call depends on whether it was a write and on how far it got:

- never connected               → Unavailable (it had no effect)
- a read that was sent          → Unavailable (a read has no effect)
- a write without an answer     → OutcomeUnknown

Every answer is returned to the vendor's adapter whatever its status, because only the adapter can
tell a refusal from an accident.
"""

from __future__ import annotations

import json
import re
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import exceptions as urllib3_errors

from portal import correlation
from portal.domain.upstream import OutcomeUnknown, Throttled, Unavailable, UpstreamError
from portal.observability import count, duration

CONNECT_SECONDS = 3.05
POOL_SIZE = 8
# Apache and nginx close idle connections after 5 s or more. NAT gateways drop them after 350 s.
IDLE_SECONDS = 4.0
# A dead connection fails at once. When a call took longer, the server was working on it.
PROMPT_SECONDS = 2.0
LONGEST_WAIT_SECONDS = 3600.0
TOO_MANY_REQUESTS = 429
SERVER_ERROR = 500

_SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]+)?")
_NEVER_SENT = (
    requests.ConnectTimeout,
    requests.exceptions.InvalidHeader,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
)
AnswerT = TypeVar("AnswerT")


@dataclass(frozen=True)
class Call:
    """One request. `operation` is the vendor's name for it. `writes` says that it has an effect."""

    method: str
    url: str
    operation: str
    writes: bool


class _NoRedirects(requests.Session):
    """A session that returns redirects as answers.

    Following a 302 to a login page would turn a POST into a GET and send the credentials along.
    """

    def __init__(self) -> None:
        super().__init__()
        self._environment: dict[tuple[str, ...], Any] = {}

    def resolve_redirects(self, *_: Any, **__: Any) -> Iterator[requests.Response]:
        """Follow no redirect."""
        return iter(())

    def merge_environment_settings(
        self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any
    ) -> Any:
        """Read the proxies and certificates of the environment once per host.

        They do not change while the process runs, and requests reads them for every call. A call
        with options of its own is left to requests.
        """
        if proxies or (stream, verify, cert) != (None, None, None):
            return super().merge_environment_settings(url, proxies, stream, verify, cert)
        host = urlsplit(url)[:2]
        if host not in self._environment:
            self._environment[host] = super().merge_environment_settings(
                url, {}, stream, verify, cert
            )
        kept = self._environment[host]
        return {**kept, "proxies": dict(kept["proxies"])}


class Transport:
    """A session to one upstream. It must not be shared between threads.

    `clock` measures the calls. `wall_clock` tells how long the connections were idle, because the
    monotonic clock of a frozen Lambda may stand still.
    """

    def __init__(
        self,
        upstream: str,
        *,
        read_seconds: float,
        connect_seconds: float = CONNECT_SECONDS,
        clock: Callable[[], float] = time.perf_counter,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self.upstream = upstream
        self._timeout = (connect_seconds, read_seconds)
        self._clock = clock
        self._wall_clock = wall_clock
        self._last_used: float | None = None
        self.session: requests.Session = _NoRedirects()
        # A .netrc entry for the host would replace the Authorization header.
        self.session.auth = _as_it_is
        for scheme in ("https://", "http://"):
            self.session.mount(scheme, HTTPAdapter(pool_maxsize=POOL_SIZE, max_retries=0))

    @property
    def timeout(self) -> tuple[float, float]:
        """The connect and the read timeout in seconds, for libraries that send by themselves."""
        return self._timeout

    def send(self, call: Call, **options: Any) -> requests.Response:
        """Send a request and return its answer, whatever the status.

        `options` are those of `requests.Session.request`. Raises Unavailable or OutcomeUnknown, as
        the module's docstring says.
        """
        headers = {**correlation.headers(), **options.pop("headers", {})}
        options.setdefault("timeout", self._timeout)
        return self.run(
            call,
            lambda: self.session.request(
                call.method, call.url, headers=headers, allow_redirects=False, **options
            ),
        )

    def run(self, call: Call, attempt: Callable[[], AnswerT]) -> AnswerT:
        """Run the function that sends the call over `session`. Time it and classify its failure.

        A kept connection may have died unnoticed. A read is then sent once more. A write uses a
        new connection when the kept ones were idle for a while, because after a failure nobody
        could tell whether it arrived. Raises the errors of `send`.
        """
        if call.writes and self._idle_seconds() > IDLE_SECONDS:
            self.session.close()
        started = self._clock()
        try:
            return self._attempted(call, attempt, started)
        except requests.RequestException as error:
            raise self._failed(call, error) from error
        finally:
            self._last_used = self._wall_clock()
            duration("UpstreamLatency", self._clock() - started, upstream=self.upstream)

    def _attempted(self, call: Call, attempt: Callable[[], AnswerT], started: float) -> AnswerT:
        try:
            return attempt()
        except requests.ConnectionError as error:
            prompt = self._clock() - started < PROMPT_SECONDS
            if call.writes or self._last_used is None or not prompt or not _cut(error):
                raise
        self.session.close()
        return attempt()

    def _idle_seconds(self) -> float:
        # When the clock was set back, the connections count as old.
        if self._last_used is None:
            return 0.0
        idle = self._wall_clock() - self._last_used
        return idle if idle >= 0 else IDLE_SECONDS + 1

    def _failed(self, call: Call, error: requests.RequestException) -> UpstreamError:
        count("UpstreamErrors", upstream=self.upstream)
        unreadable = isinstance(error, requests.JSONDecodeError)
        what = "unreadable answer" if unreadable else f"no answer ({type(error).__name__})"
        if call.writes and not never_connected(error):
            return OutcomeUnknown(self.upstream, call.operation, what)
        return Unavailable(self.upstream, call.operation, what)


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _cut(error: requests.ConnectionError) -> bool:
    """Whether the connection was closed or reset before an answer."""
    return bool(error.args) and isinstance(error.args[0], urllib3_errors.ProtocolError)


def never_connected(error: requests.RequestException) -> bool:
    """Whether the request certainly did not leave this machine."""
    if isinstance(error, _NEVER_SENT):
        return True
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, urllib3_errors.MaxRetryError) else cause
    if isinstance(reason, urllib3_errors.SSLError):
        # Certificates are checked before the request is sent. Other TLS errors may come later.
        return any(isinstance(part, ssl.SSLCertVerificationError) for part in reason.args)
    return isinstance(
        reason,
        urllib3_errors.NewConnectionError
        | urllib3_errors.ConnectTimeoutError
        | urllib3_errors.ProxyError,
    )


def json_object(response: requests.Response) -> dict[str, Any] | None:
    """Return the answer's JSON object; None when the body is anything else.

    A leading byte order mark is ignored, because PHP files that were saved with one send it.
    """
    try:
        body = json.loads(response.content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def retry_after(value: str | None, *, now: Callable[[], float] = time.time) -> float | None:
    """Return the seconds that a Retry-After header names, at most an hour; None without one.

    The header holds a number or an HTTP date.

    Source: RFC 9110, section 10.2.3.
    """
    text = (value or "").strip()
    if _SECONDS.fullmatch(text):
        return min(float(text), LONGEST_WAIT_SECONDS)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(0.0, moment.timestamp() - now()), LONGEST_WAIT_SECONDS)


def throttled(upstream: str, operation: str, response: requests.Response) -> Throttled:
    """Return the error for a 429, or for a 503 with a Retry-After header."""
    return Throttled(
        upstream,
        operation,
        "too many requests",
        status=response.status_code,
        retry_after=retry_after(response.headers.get("Retry-After")),
    )
