"""The button in Salesforce and the schedule, as their Lambdas see them."""

from __future__ import annotations

import time
from typing import Any

from tests.events import Answer, rest_event
from tests.integration.kill.installation import SIGNING_KEY, SIGNING_KEY_ID
from tests.integration.kill.process import Handler, Outcome
from tests.integration.kill.provisioning import Provisioning
from tests.integration.kill.shapes import ORDER_ID
from tests.signing import provision_headers

START = "functions.provision.start"
SWEEPER = "functions.provision.sweeper"
WORKER = "functions.provision.worker"
DEAD_LETTER = "functions.provision.dead_letter"


def second(world: Provisioning) -> Handler:
    """Another execution environment of the worker."""
    return world.lane.start(WORKER, 2)


def pressed(world: Provisioning, key: str, **options: Any) -> Outcome:
    """A signed POST /orders/{id}/provision."""
    headers = provision_headers(
        order_id=ORDER_ID,
        idempotency_key=key,
        timestamp=int(time.time() + world.offset),
        body=b"",
        key_id=SIGNING_KEY_ID,
        key=SIGNING_KEY,
    )
    event = rest_event("POST", f"/orders/{ORDER_ID}/provision", body="", headers=headers)
    return world.lane.start(START).invoke(event, offset=world.offset, **options)


def press(world: Provisioning, key: str) -> Answer:
    """The answer to a press that nothing happens to."""
    return answer_of(pressed(world, key))


def answer_of(outcome: Outcome) -> Answer:
    """An HTTP handler's answer, readable."""
    raw = outcome.answer
    headers = {name.lower(): values[-1] for name, values in raw["multiValueHeaders"].items()}
    return Answer(raw["statusCode"], headers, raw.get("body") or "")


def sweep(world: Provisioning) -> dict[str, int]:
    """The schedule fires; how many jobs were brought back, by reason."""
    outcome = world.lane.start(SWEEPER).invoke({}, offset=world.offset)
    found: dict[str, int] = outcome.answer["provision"]
    return found
