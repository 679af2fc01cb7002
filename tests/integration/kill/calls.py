"""Every call that a process makes to the outside, counted; one of them can be struck.

AWS calls are seen by botocore's hooks, all others by `requests.Session.send`. Numbers begin at 1
and count attempts: what botocore repeats is another call.
"""

from __future__ import annotations

import io
import json
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

import boto3
import requests
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ConnectionClosedError
from botocore.httpsession import URLLib3Session

How = Literal["kill", "throttle", "lose"]
Say = Callable[[dict[str, Any]], None]


@dataclass(frozen=True, kw_only=True)
class Strike:
    """What happens to call number `call` (and to the `times` - 1 that follow it).

    `kill`: SIGKILL, before it leaves or after its answer. `throttle` and `lose` (it takes effect,
    and its answer never comes) are for AWS calls.
    """

    call: int
    phase: Literal["before", "after"] = "before"
    how: How = "kill"
    times: int = 1


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call: `port` is the other side's, `step` the step of the job that was written last."""

    number: int
    kind: Literal["aws", "http"]
    name: str
    port: int
    step: str


class Recorder:
    """Counts the calls of this process."""

    def __init__(self) -> None:
        self._say: Say | None = None
        self._strike: Strike | None = None
        self._count = 0
        self._step = ""

    def install(self) -> None:
        """Into boto3's default session and requests."""
        # The events of a session are copied into each client that it makes.
        events = boto3.DEFAULT_SESSION._session.get_component("event_emitter")  # type: ignore[union-attr]  # set up by the caller; boto3 has no public way to register for all clients
        events.register("before-send", self._before_send)
        events.register("provide-client-params.sqs.SendMessageBatch", _deliver_at_once)
        events.register("after-call", self._after_call)
        real = requests.Session.send

        def send(session: requests.Session, request: Any, **options: Any) -> requests.Response:
            number = self._enter("http", f"{request.method} {urlsplit(request.url).path}", request)
            self._kill(number, "before")
            answer = real(session, request, **options)
            self._kill(number, "after")
            return answer

        requests.Session.send = send  # type: ignore[method-assign,assignment]  # that is the hook

    def begin(self, say: Say | None, strike: Strike | None) -> None:
        """Start counting; every call is told to `say` before it is made."""
        self._say, self._strike = say, strike

    def _before_send(
        self, request: AWSPreparedRequest, event_name: str, **_: Any
    ) -> AWSResponse | None:
        service, operation = event_name.split(".")[1:3]
        self._see_step(request)
        number = self._enter("aws", f"{service} {operation}", request)
        self._kill(number, "before")
        strike = self._strike
        if strike is None or number not in range(strike.call, strike.call + strike.times):
            return None
        if strike.how == "throttle":
            return _throttled(request)
        if strike.how == "lose":
            URLLib3Session().send(request)
            raise ConnectionClosedError(endpoint_url=request.url)
        return None

    def _after_call(self, **_: Any) -> None:
        self._kill(self._count, "after")

    def _enter(self, kind: Literal["aws", "http"], name: str, request: Any) -> int:
        self._count += 1
        if self._say is not None:
            port = urlsplit(request.url).port or 0
            call = Call(number=self._count, kind=kind, name=name, port=port, step=self._step)
            self._say({"call": asdict(call)})
        return self._count

    def _kill(self, number: int, phase: str) -> None:
        strike = self._strike
        if (
            strike is not None
            and strike.how == "kill"
            and strike.call == number
            and strike.phase == phase
        ):
            os.kill(os.getpid(), signal.SIGKILL)

    def _see_step(self, request: AWSPreparedRequest) -> None:
        """The job's current step, from what is being written."""
        body = request.body
        text = body.decode() if isinstance(body, bytes) else body
        if not isinstance(text, str) or '"leaseOwner"' not in text:
            return
        item = json.loads(text).get("Item", {})
        self._step = item.get("step", {}).get("S") or self._step


def _deliver_at_once(params: dict[str, Any], **_: Any) -> None:
    """Nobody waits here for a delayed message."""
    for entry in params["Entries"]:
        entry["DelaySeconds"] = 0


class _Raw(io.BytesIO):
    """As much of a urllib3 response as botocore reads."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


def _throttled(request: AWSPreparedRequest) -> AWSResponse:
    body = json.dumps({"__type": "ThrottlingException", "message": "Rate exceeded"})
    return AWSResponse(request.url, 400, HTTPHeaders(), _Raw(body.encode()))
