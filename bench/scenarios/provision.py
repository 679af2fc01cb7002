"""The request of the button in Salesforce, signed and with a new key each time."""

from __future__ import annotations

import itertools
import time
from typing import Any

from portal.api.signature import SignatureVerifier, SigningKeys, canonical, sign
from portal.secrets import Secret

from bench.scenarios.scenario import Event, Scenario
from functions.provision import start
from functions.provision.admission import StartDeps
from functions.provision.deps import build_start
from tests.events import rest_event
from tests.fakes.orders import ORDER_ID
from tests.fakes.workflow import FakeClock, FakeQueue, MemoryJobStore

KEY_ID, KEY = "benchmark", "a key of nobody"


class FixedSecret(Secret):
    """The signing keys without Secrets Manager."""

    def value(self, *, refresh: bool = False) -> dict[str, Any]:
        """Return a document with one key."""
        return {"keys": {KEY_ID: KEY}}


class NoReplays:
    """`ReplayGuard` that has seen nothing."""

    def refused_before(self, fingerprint: str) -> bool:
        """Never."""
        return False

    def refuse(self, fingerprint: str) -> None:
        """Nothing is kept."""


def scenarios() -> dict[str, Scenario]:
    """By endpoint id."""
    numbers = itertools.count(1)
    return {"provision-start": Scenario(start.handler, lambda: _press(next(numbers)), 202)}


def _press(number: int) -> Event:
    clock = FakeClock()
    deps = StartDeps(
        verifier=SignatureVerifier(SigningKeys(FixedSecret("signing"))),
        store=MemoryJobStore(),
        queue=FakeQueue(clock),
        replays=NoReplays(),
        clock=clock,
    )
    start.app.override(build_start, lambda: deps)
    path, now, key = f"/orders/{ORDER_ID}/provision", int(time.time()), f"{ORDER_ID}-{number}"
    text = canonical(path=path, timestamp=now, idempotency_key=key, body=b"")
    headers = {
        "X-Portal-Timestamp": str(now),
        "X-Portal-Key-Id": KEY_ID,
        "Idempotency-Key": key,
        "X-Portal-Signature": f"v1={sign(KEY, text)}",
    }
    return rest_event("POST", path, headers=headers)
