"""When the audit begins, and what it tells at every invocation."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from portal.audit.memory import MemorySpool
from portal.audit.run import Audit
from portal.domain.audit import Snapshot, Source

from functions.audit.night import GIVEN_UP_SECONDS, NightDeps, work
from tests.fakes.clock import FakeClock
from tests.unit.audit.healthy import change, healthy
from tests.unit.audit.test_run import Pages, sources

TOKYO = ZoneInfo("Asia/Tokyo")
PLENTY = 900.0


def moment(hour: int, minute: int = 0, day: int = 10) -> float:
    return datetime(2027, 2, day, hour, minute, tzinfo=TOKYO).timestamp()


@dataclass
class Night:
    """A stage whose audit begins at three in Tokyo."""

    clock: FakeClock = field(default_factory=lambda: FakeClock(moment(12)))
    spool: MemorySpool = field(default_factory=MemorySpool)
    seen: Snapshot = field(default_factory=lambda: healthy(21))

    def __post_init__(self) -> None:
        self.parts: dict[Source, Pages] = sources(self.seen)

    def invoke(self, remaining: float = PLENTY) -> str:
        """The id of the run that it works on."""
        audit = Audit(dict(self.parts), self.spool, clock=self.clock, most_calls=10_000)
        deps = NightDeps(audit, self.spool, self.clock, TOKYO, 3)
        state = work(deps, lambda: remaining)
        assert state is not None
        return state.run_id


def gauges(printed: str) -> dict[str, float]:
    """The levels that were emitted, the last of each."""
    found: dict[str, float] = {}
    for line in printed.splitlines():
        document = json.loads(line) if line.startswith('{"_aws"') else {}
        found |= {name: v[0] for name, v in document.items() if name.startswith("Audit")}
    return found


def test_the_first_invocation_audits_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    Night().invoke()
    assert gauges(capsys.readouterr().out) == {"AuditFindings": 0, "AuditAgeHours": 0}


def test_it_audits_once_a_night() -> None:
    night = Night()
    first = night.invoke()
    for hour, minute in ((12, 5), (20, 0), (23, 55)):
        night.clock.now = moment(hour, minute)
        assert night.invoke() == first
    night.clock.now = moment(2, 55, day=11)
    assert night.invoke() == first
    night.clock.now = moment(3, 0, day=11)
    second = night.invoke()
    assert second != first
    night.clock.now = moment(3, 5, day=11)
    assert night.invoke() == second


def test_an_invocation_that_has_no_time_left_leaves_the_rest_to_the_next() -> None:
    night = Night()
    run = night.invoke(remaining=30.0)
    assert night.parts[Source.ORDERS].asked == []
    assert night.invoke() == run
    kept = night.spool.state()
    assert kept is not None
    assert kept.finished_at is not None


def test_findings_are_told_until_an_audit_finds_none(capsys: pytest.CaptureFixture[str]) -> None:
    night = Night(seen=change(healthy(21), "products", 0, charged="1"))
    night.invoke()
    night.clock.now = moment(20)
    capsys.readouterr()
    night.invoke()
    assert gauges(capsys.readouterr().out) == {"AuditFindings": 1, "AuditAgeHours": 8}
    night.parts = sources(healthy(21))
    night.clock.now = moment(4, day=11)
    night.invoke()
    assert gauges(capsys.readouterr().out)["AuditFindings"] == 0


def test_a_run_that_does_not_end_is_begun_anew() -> None:
    night = Night()
    first = night.invoke(remaining=30.0)
    night.clock.advance(GIVEN_UP_SECONDS + 60)
    assert night.invoke() != first


def test_a_run_that_is_begun_anew_does_not_hide_how_long_none_has_ended(
    capsys: pytest.CaptureFixture[str],
) -> None:
    night = Night()
    night.invoke()
    for _ in range(3):
        night.clock.advance(GIVEN_UP_SECONDS + 60)
        night.invoke(remaining=30.0)
    assert gauges(capsys.readouterr().out)["AuditAgeHours"] >= 60


def test_an_audit_that_meets_a_system_that_is_down_still_tells_its_age(
    capsys: pytest.CaptureFixture[str],
) -> None:
    night = Night()
    night.invoke()
    night.clock.advance(31 * 3600)
    night.parts = {}
    with pytest.raises(KeyError):
        night.invoke()
    assert gauges(capsys.readouterr().out)["AuditAgeHours"] == 31


def test_a_finding_is_logged_with_its_ids(capsys: pytest.CaptureFixture[str]) -> None:
    Night(seen=change(healthy(21), "products", 0, charged="1")).invoke()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "{" in line]
    (found,) = [line for line in lines if line.get("message") == "audit finding"]
    assert found["finding"] == "price-differs:FIBRE"
    assert found["ids"] == {"whmcsProductId": "101"}
