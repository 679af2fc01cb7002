"""A run reads page after page, goes on after it was stopped, and keeps to its budget."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from portal.audit.memory import MemorySpool
from portal.audit.run import FIELDS, Audit
from portal.domain.audit import FindingKind, Snapshot, Source
from portal.domain.upstream import Unavailable
from portal.ports.audit import RecordPage, Spool
from portal.repositories.audit import DynamoSpool

from tests.fakes.clock import FakeClock
from tests.tables import EPHEMERAL, Tables, module_tables, tables  # noqa: F401  # fixtures
from tests.unit.audit.healthy import NOW, change, healthy, without

PAGE = 10


class Pages:
    """A listing; `failures` is how many of the next calls fail."""

    def __init__(self, records: Sequence[Any]) -> None:
        self.records = list(records)
        self.asked: list[str | None] = []
        self.failures = 0

    def page(self, cursor: str | None) -> RecordPage:
        if self.failures:
            self.failures -= 1
            raise Unavailable("whmcs", "GetOrders", "down")
        self.asked.append(cursor)
        start = int(cursor or 0)
        following = start + PAGE
        more = str(following) if following < len(self.records) else None
        return RecordPage(self.records[start:following], more, {"whmcs": 1})


def sources(seen: Snapshot) -> dict[Source, Pages]:
    return {source: Pages(getattr(seen, name)) for source, name in FIELDS.items()}


@pytest.fixture(params=["memory", "dynamodb"])
def spool(request: pytest.FixtureRequest, tables: Tables) -> Iterator[Spool]:  # noqa: F811  # fixture
    if request.param == "memory":
        yield MemorySpool()
    else:
        yield DynamoSpool(tables[EPHEMERAL], clock=FakeClock(NOW))


def audit(parts: dict[Source, Pages], spool: Spool, most_calls: int = 10_000) -> Audit:
    return Audit(dict(parts), spool, clock=FakeClock(NOW), most_calls=most_calls)


def test_healthy_systems_are_read_once_and_have_no_finding(spool: Spool) -> None:
    parts = sources(healthy(40))
    run = audit(parts, spool)
    outcome = run.carry_on(run.begin(), go_on=lambda: True)
    assert outcome.finished
    assert outcome.findings == ()
    for pages in parts.values():
        assert pages.asked == [None, *(str(n) for n in range(PAGE, len(pages.records), PAGE))]
    assert outcome.state.calls == {"whmcs": sum(len(p.asked) for p in parts.values())}


def test_another_invocation_goes_on_where_the_last_one_stopped(spool: Spool) -> None:
    parts = sources(without(healthy(40), "services", 6))
    left = iter([True, True, True, False] * 30)
    run = audit(parts, spool)
    state = run.begin()
    invocations = 0
    outcome = run.carry_on(state, go_on=lambda: next(left))
    while not outcome.finished:
        invocations += 1
        kept = spool.state()
        assert kept is not None
        outcome = audit(parts, spool).carry_on(kept, go_on=lambda: next(left))
    assert invocations > 3
    assert [finding.kind for finding in outcome.findings] == [FindingKind.SERVICE_MISSING]
    for pages in parts.values():
        assert len(pages.asked) == len(set(pages.asked)), "a page was read twice"


def test_a_system_that_is_down_loses_nothing(spool: Spool) -> None:
    parts = sources(healthy(40))
    parts[Source.BILLING_ORDERS].failures = 1
    run = audit(parts, spool)
    with pytest.raises(Unavailable):
        run.carry_on(run.begin(), go_on=lambda: True)
    kept = spool.state()
    assert kept is not None
    outcome = audit(parts, spool).carry_on(kept, go_on=lambda: True)
    assert (outcome.finished, outcome.findings) == (True, ())
    assert len(parts[Source.ORDERS].asked) == 4


def test_the_budget_ends_a_run_and_says_so(spool: Spool) -> None:
    parts = sources(healthy(40))
    run = audit(parts, spool, most_calls=5)
    outcome = run.carry_on(run.begin(), go_on=lambda: True)
    assert outcome.finished
    (finding,) = outcome.findings
    assert finding.kind is FindingKind.AUDIT_INCOMPLETE
    assert "5 calls" in finding.detail


def test_what_was_found_can_be_read_later(spool: Spool) -> None:
    parts = sources(change(healthy(40), "products", 0, charged="1"))
    run = audit(parts, spool)
    outcome = run.carry_on(run.begin(), go_on=lambda: True)
    kept = spool.state()
    assert kept == outcome.state
    assert tuple(spool.found(kept.run_id)) == outcome.findings


def test_a_record_that_moved_between_pages_counts_once(spool: Spool) -> None:
    seen = healthy(40)
    parts = sources(seen)
    parts[Source.SERVICES].records.insert(25, seen.services[3])
    run = audit(parts, spool)
    assert run.carry_on(run.begin(), go_on=lambda: True).findings == ()
