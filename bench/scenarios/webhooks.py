"""Scenarios of webhooks: an event of each provider for a line that a job waits for."""

from __future__ import annotations

import base64
import itertools
import json
import time
from typing import Any

from portal.adapters.esim_access.webhooks import EsimAccessEvents
from portal.adapters.gigs.webhooks import GigsEvents
from portal.engine.model import Task
from portal.ports.esim_events import EsimEvents

from bench.scenarios.scenario import Event, Scenario
from functions.webhooks import esim, esim_hint
from functions.webhooks.deps import build_receiving
from functions.webhooks.receiving import Receiving
from local.emulators.gigs.webhooks import sign
from tests.events import rest_event
from tests.fakes.esim_events import FakeSeenEvents, FakeWaker
from tests.fakes.faults import Faults
from tests.fakes.provisioning import FakeEsimWaits
from tests.fakes.secret import FakeSecret

SECRET = "whsec_" + base64.b64encode(b"a secret of 24 characters").decode()
TOKEN, LINE, ORDER = "a-token", "sub_1", "order:B1"


def scenarios() -> dict[str, Scenario]:
    """Return all scenarios by endpoint id."""
    numbers = itertools.count(1)
    gigs = _receiving(GigsEvents(FakeSecret({"signingSecret": SECRET})), LINE)
    access = _receiving(EsimAccessEvents(FakeSecret({"pathToken": TOKEN})), ORDER)
    esim.app.override(build_receiving, lambda: gigs)
    esim_hint.app.override(build_receiving, lambda: access)
    return {
        "webhooks-esim": Scenario(esim.handler, lambda: _signed(next(numbers))),
        "webhooks-esim-hint": Scenario(esim_hint.handler, lambda: _hint(next(numbers))),
    }


def _receiving(events: EsimEvents, line_id: str) -> Receiving:
    waits = FakeEsimWaits(Faults())
    waits.wait(events.provider, [line_id], Task("provision#801000000000001AAA", 1))
    return Receiving(events, FakeSeenEvents(), waits, FakeWaker())


def _signed(number: int) -> Event:
    event: dict[str, Any] = {
        "id": f"evt_{number}",
        "type": "com.gigs.subscription.activated",
        "data": {"object": "subscription", "id": LINE},
    }
    body, now, message = json.dumps(event), int(time.time()), f"msg_{number}"
    headers = {
        "webhook-id": message,
        "webhook-timestamp": str(now),
        "webhook-signature": sign(SECRET, message, now, body.encode()),
    }
    return rest_event("POST", "/webhooks/esim", body=body, headers=headers)


def _hint(number: int) -> Event:
    notification = {
        "notifyType": "ORDER_STATUS",
        "notifyId": f"n{number}",
        "content": {"orderNo": "B1", "orderStatus": "GOT_RESOURCE"},
    }
    return rest_event("POST", f"/webhooks/esim/{TOKEN}", body=notification)
