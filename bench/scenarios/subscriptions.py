"""Scenarios of subscriptions, with a customer of twenty-five services, one of them an eSIM."""

from __future__ import annotations

import time
from typing import Any

from portal.api.rate_limit import RateLimiter
from portal.domain.esim import Line, LineState
from portal.domain.limits import LIMITS
from portal.domain.service_line import ServiceLine
from portal.subscriptions.lines import Lines
from portal.subscriptions.listed_lines import ListedLines

from bench.scenarios.scenario import Event, Scenario, same
from functions.subscriptions import get_esim, get_subscription, list_subscriptions
from functions.subscriptions.activation import ActivationCodes
from functions.subscriptions.deps import (
    ActivationDeps,
    ListDeps,
    SubscriptionDeps,
    build_activation,
    build_list,
    build_subscription,
)
from tests.events import USER_ID, claims, rest_event
from tests.fakes.billing import CLIENT_ID
from tests.fakes.clock import FakeClock
from tests.fakes.directory import FakeDirectory, customer
from tests.fakes.faults import Faults
from tests.fakes.provisioning import FakeEsim, FakeServiceLines, FakeSubscribers
from tests.fakes.rate_limits import FakeRateCounters
from tests.fakes.subscriptions import (
    FakeActivationMails,
    FakeClientServices,
    FakeCodeViews,
    service,
)

SERVICES, LINE = 25, "sub_1"


def scenarios() -> dict[str, Scenario]:
    """Return all scenarios by endpoint id."""
    directory = FakeDirectory(customer())
    services = FakeClientServices(*(service(number) for number in range(1, SERVICES + 1)))
    lines = _lines()
    listing = ListedLines(lines.service_lines, lines.provider, FakeSubscribers(Faults()))
    listed = ListDeps(directory, services, lambda: listing)
    one = SubscriptionDeps(directory, services, lines)
    list_subscriptions.app.override(build_list, lambda: listed)
    get_subscription.app.override(build_subscription, lambda: one)

    def show() -> Event:
        # Each run has new counters, because ten views an hour are allowed.
        codes = ActivationCodes(
            services=services,
            lines=lines,
            mails=FakeActivationMails(FakeClock()),
            views=FakeCodeViews(),
            limiter=RateLimiter(FakeRateCounters(), LIMITS),
            clock=time.time,
        )
        deps = ActivationDeps(directory, codes)
        get_esim.app.override(build_activation, lambda: deps)
        return _event("/subscriptions/1/esim")

    return {
        "subscriptions-list-subscriptions": Scenario(
            list_subscriptions.handler, same(_event("/subscriptions"))
        ),
        "subscriptions-get-subscription": Scenario(
            get_subscription.handler, same(_event("/subscriptions/1"))
        ),
        "subscriptions-get-esim": Scenario(get_esim.handler, show),
    }


def _lines() -> Lines:
    faults = Faults()
    service_lines, esim = FakeServiceLines(faults), FakeEsim(faults)
    service_lines.remember(
        [
            ServiceLine(
                service_id=1,
                sf_order_id="801000000000001AAA",
                order_item_id="802000000000001AAA",
                user_id=USER_ID,
                client_id=CLIENT_ID,
                provider="gigs",
                line_id=LINE,
                plan="pln_1",
            )
        ]
    )
    esim.lines[LINE] = Line(line_id=LINE, state=LineState.ACTIVE, iccid="8981000000000000001")
    return Lines(service_lines, esim, lambda _: 3)


def _event(path: str) -> dict[str, Any]:
    return rest_event("GET", path, user=claims(auth_time=str(int(time.time()))))
