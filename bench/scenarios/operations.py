"""Operations: one eSIM line that can be topped up and reissued."""

from __future__ import annotations

import itertools
import time
from typing import Any

from portal.domain.esim import Line, LineState, ProfileState
from portal.domain.money import Money
from portal.domain.service_line import ServiceLine
from portal.domain.topup import TopUpOffer
from portal.operations.start import Operations, Wanted
from portal.subscriptions.lines import Lines
from portal.workflow_kinds import TOPUP

from bench.scenarios.scenario import Event, Scenario, same
from functions.operations import get_operation, list_topup_offers, start_reissue, start_topup
from functions.operations.deps import (
    OffersDeps,
    ReadOperationDeps,
    StartReissueDeps,
    StartTopupDeps,
    build_get_operation,
    build_offers,
    build_start_reissue,
    build_start_topup,
)
from functions.operations.reissue.asking import Reissuing
from functions.operations.topup.asked import settled
from functions.operations.topup.selling import Selling
from tests.events import USER_ID, claims, rest_event
from tests.fakes.billing import CLIENT_ID
from tests.fakes.directory import FakeDirectory, customer
from tests.fakes.faults import Faults
from tests.fakes.provisioning import ESIM_OFFER, FakeEsim, FakeServiceLines
from tests.fakes.subscriptions import FakeClientServices, service
from tests.fakes.workflow import FakeClock, FakeQueue, MemoryJobStore

SERVICE_ID, LINE_ID = 77, "sub_1"
OFFER = TopUpOffer(
    provider="gigs",
    provider_offer=ESIM_OFFER.offer_id,
    name="5 GB",
    price=Money.of(800, "JPY"),
    data_bytes=ESIM_OFFER.data_bytes,
)
LINE = ServiceLine(
    service_id=SERVICE_ID,
    sf_order_id="801000000000001AAA",
    order_item_id="802000000000001AAA",
    user_id=USER_ID,
    client_id=CLIENT_ID,
    provider="gigs",
    line_id=LINE_ID,
    plan="pln_1",
)


class Yen:
    """`ClientCurrencies`: everybody pays in yen."""

    def of_client(self, client_id: int) -> str:
        """Always the same."""
        return "JPY"


def scenarios() -> dict[str, Scenario]:
    """By endpoint id."""
    directory, numbers = FakeDirectory(customer()), itertools.count(1)
    lines, esim = _lines()
    selling = Selling(
        lines=lines,
        offers_of=lambda _: [OFFER],
        currencies=Yen(),
        currency="JPY",
        can_pay=lambda _: True,
        line_at=esim.get_line,
    )
    offers = OffersDeps(directory, selling)
    list_topup_offers.app.override(build_offers, lambda: offers)
    reissuing = Reissuing(FakeClientServices(service(SERVICE_ID)), Lines(lines, esim, lambda _: 3))

    def ask_for_data() -> Event:
        deps = StartTopupDeps(directory, selling, _operations())
        start_topup.app.override(build_start_topup, lambda: deps)
        return _press("topup", {"offerId": OFFER.offer_id}, next(numbers))

    def ask_for_another() -> Event:
        deps = StartReissueDeps(directory, reissuing, _operations())
        start_reissue.app.override(build_start_reissue, lambda: deps)
        return _press("reissue-esim", {"reason": "lost"}, next(numbers))

    return {
        "operations-get-operation": Scenario(get_operation.handler, same(_begun())),
        "operations-list-topup-offers": Scenario(
            list_topup_offers.handler,
            same(_event("GET", f"/subscriptions/{SERVICE_ID}/topup-offers")),
        ),
        "operations-start-topup": Scenario(start_topup.handler, ask_for_data, 202),
        "operations-start-reissue": Scenario(start_reissue.handler, ask_for_another, 202),
    }


def _lines() -> tuple[FakeServiceLines, FakeEsim]:
    faults = Faults()
    lines, esim = FakeServiceLines(faults), FakeEsim(faults)
    lines.remember([LINE])
    esim.lines[LINE_ID] = Line(line_id=LINE_ID, state=LineState.ACTIVE, iccid="8981")
    esim.profiles[LINE_ID] = ProfileState.ENABLED
    return lines, esim


def _operations() -> Operations:
    clock = FakeClock()
    return Operations(store=MemoryJobStore(), queue=FakeQueue(clock), clock=clock)


def _begun() -> Event:
    """A question about an operation that has begun."""
    operations = _operations()
    deps = ReadOperationDeps(operations.store)
    get_operation.app.override(build_get_operation, lambda: deps)
    wanted = Wanted(
        kind=TOPUP, user_id=USER_ID, client_id=CLIENT_ID, service_id=SERVICE_ID, key="key-1"
    )
    begun = operations.begin(wanted, settled(OFFER))
    return _event("GET", f"/operations/{begun.job.subject}")


def _press(what: str, body: dict[str, Any], number: int) -> Event:
    path = f"/subscriptions/{SERVICE_ID}/{what}"
    return _event("POST", path, body=body, headers={"Idempotency-Key": f"key-{number}"})


def _event(method: str, path: str, **event: Any) -> Event:
    return rest_event(method, path, user=claims(auth_time=str(int(time.time()))), **event)
