"""The subscription endpoints over fakes: one customer with an eSIM and an Internet line."""

from __future__ import annotations

from typing import Any

from portal.api.rate_limit import RateLimiter
from portal.domain.client_service import ClientService
from portal.domain.esim import Line, LineState
from portal.domain.limits import LIMITS
from portal.domain.service_line import ServiceLine
from portal.subscriptions.lines import Lines
from portal.subscriptions.listed_lines import ListedLines

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
from tests.events import USER_ID, Answer, call, claims, rest_event
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

SIGNED_IN = 1_790_000_000
ESIM, INTERNET, STRANGERS = 77, 78, 79
LINE = "sub_1"
MODULES = (list_subscriptions, get_subscription, get_esim)


class World:
    """What the endpoints stand on."""

    def __init__(self) -> None:
        self.clock = FakeClock(SIGNED_IN + 60.0)
        self.faults = Faults()
        self.esim = FakeEsim(self.faults)
        self.service_lines = FakeServiceLines(self.faults)
        self.subscribers = FakeSubscribers(self.faults)
        self.subscribers.known["gigs", USER_ID] = "usr_1"
        self.services = FakeClientServices(
            service(ESIM),
            service(INTERNET, name="Internet 1G"),
            service(STRANGERS, client_id=43),
        )
        self.mails = FakeActivationMails(self.clock)
        self.views = FakeCodeViews()
        self.counters = FakeRateCounters(self.clock)
        self.reissues_left = 3
        self.has_line(ESIM, LINE, LineState.ACTIVE)
        self.has_line(STRANGERS, "sub_2", LineState.ACTIVE, client_id=43, user_id="other")
        self._install()

    def has_line(
        self, service_id: int, line_id: str, state: LineState, **changes: Any
    ) -> ServiceLine:
        """A service's line at the provider and in our record."""
        values: dict[str, Any] = {
            "service_id": service_id,
            "sf_order_id": "801000000000001AAA",
            "order_item_id": "802000000000001AAA",
            "user_id": USER_ID,
            "client_id": CLIENT_ID,
            "provider": "gigs",
            "line_id": line_id,
            "plan": "pln_1",
        }
        line = ServiceLine(**{**values, **changes})
        self.service_lines.lines[service_id] = line
        self.esim.lines[line_id] = Line(line_id=line_id, state=state, iccid="8981000000000000001")
        return line

    def is_now(self, changed: ClientService) -> None:
        """Replace a service."""
        kept = [found for found in self.services.services if found.id != changed.id]
        self.services.services = [*kept, changed]

    def get(
        self, path: str, *, auth_time: int = SIGNED_IN, user: dict[str, str] | None = None, **e: Any
    ) -> Answer:
        """Send a GET to the endpoint of the path."""
        event = rest_event("GET", path, user=user or claims(auth_time=str(auth_time)), **e)
        return call(_module(path).handler, event)

    def _count_reissues(self, _: int) -> int:
        return self.faults.call("dynamodb", "reissues", lambda: self.reissues_left)

    def _install(self) -> None:
        directory = FakeDirectory(customer())
        lines = Lines(self.service_lines, self.esim, self._count_reissues)
        listing = ListedLines(self.service_lines, self.esim, self.subscribers)
        listed = ListDeps(directory, self.services, lambda: listing)
        one = SubscriptionDeps(directory, self.services, lines)
        codes = ActivationCodes(
            services=self.services,
            lines=lines,
            mails=self.mails,
            views=self.views,
            limiter=RateLimiter(self.counters, LIMITS),
            clock=self.clock,
        )
        shown = ActivationDeps(directory, codes)
        list_subscriptions.app.override(build_list, lambda: listed)
        get_subscription.app.override(build_subscription, lambda: one)
        get_esim.app.override(build_activation, lambda: shown)


def uninstall() -> None:
    """Give the endpoints their own composition root again."""
    for module in MODULES:
        module.app.resolver.dependency_overrides.clear()


def _module(path: str) -> Any:
    if path.endswith("/esim"):
        return get_esim
    return list_subscriptions if path == "/subscriptions" else get_subscription


def slug(answer: Answer) -> str:
    """The last part of a problem's type."""
    return str(answer.json()["type"].rsplit("/")[-1])
