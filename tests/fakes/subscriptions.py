"""Services of customers in memory, activation mails, and the record of codes shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from portal.domain.client_service import ClientService, ServiceStatus
from portal.domain.upstream import UpstreamError
from portal.ports.client_services import ServicePage
from portal.ports.code_views import CodeView

from tests.fakes.billing import CLIENT_ID
from tests.fakes.clock import FakeClock

HOUR = 3_600


def service(service_id: int, **changes: Any) -> ClientService:
    """An active eSIM service of our client."""
    values: dict[str, Any] = {
        "id": service_id,
        "client_id": CLIENT_ID,
        "pid": 7,
        "name": "eSIM data 10 GB",
        "quantity": 1,
        "billing_cycle": "monthly",
        "status": ServiceStatus.ACTIVE,
        "price": Decimal("1450.00"),
        "currency": "JPY",
        "registered": date(2026, 11, 1),
        "next_due": date(2026, 12, 1),
    }
    return ClientService(**{**values, **changes})


class FakeClientServices:
    """`ClientServices` over a list."""

    def __init__(self, *services: ClientService) -> None:
        self.services = list(services)

    def page(self, client_id: int, *, offset: int, limit: int) -> ServicePage:
        mine = [found for found in self.services if found.client_id == client_id]
        shown = mine[offset : offset + limit]
        following = offset + len(shown)
        return ServicePage(shown, following if shown and following < len(mine) else None)

    def find(self, service_id: int, *, client_id: int, priced: bool = True) -> ClientService | None:
        mine = (found for found in self.services if found.client_id == client_id)
        found = next((found for found in mine if found.id == service_id), None)
        return found if priced or found is None else replace(found, currency=None)


class FakeActivationMails:
    """`ActivationMails` on a fake clock; fails when told."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.times: dict[str, float] = {}
        self.failure: UpstreamError | None = None

    def sent(self, line_id: str) -> None:
        if self.failure is not None:
            raise self.failure
        self.times[line_id] = self.clock()

    def lately(self, line_id: str) -> bool:
        return self.clock() < self.times.get(line_id, -HOUR) + HOUR


class FakeCodeViews:
    """`CodeViews` in a list; fails when told."""

    def __init__(self) -> None:
        self.views: list[CodeView] = []
        self.failure: UpstreamError | None = None

    def record(self, view: CodeView) -> None:
        if self.failure is not None:
            raise self.failure
        self.views.append(view)
