"""When the audit begins, how long an invocation reads on, and what is measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from portal.audit.run import Audit
from portal.observability import gauge, logger
from portal.ports.audit import AuditState, Spool

JUDGING_SECONDS = 60.0
"""Kept for judging and reporting: reading stops before."""
GIVEN_UP_SECONDS = 20 * 3600
"""A run that did not end within this time is begun anew: its first pages are of yesterday."""


@dataclass(frozen=True)
class NightDeps:
    """What the schedule needs; `clock` gives epoch seconds, `hour` is one of `zone`."""

    audit: Audit
    spool: Spool
    clock: Callable[[], float]
    zone: ZoneInfo
    hour: int


def work(deps: NightDeps, remaining: Callable[[], float]) -> AuditState | None:
    """Do what is due; returns the state of the run. `remaining` are seconds of the invocation.

    The number of findings is told at every invocation, so that the alarm rings until they are
    mended and the next audit finds nothing.
    """
    state = deps.spool.state()
    due = begins(deps, deps.clock())
    if state is None or _over(state, due, deps.clock()):
        state = deps.audit.begin()
        logger().info("audit began", extra={"run": state.run_id})
    try:
        state = _carry_on(deps, state, remaining)
    finally:
        gauge("AuditAgeHours", round((deps.clock() - state.newest) / 3600, 1))
    if state.finished_at is not None:
        gauge("AuditFindings", state.findings)
    return state


def _carry_on(deps: NightDeps, state: AuditState, remaining: Callable[[], float]) -> AuditState:
    if state.finished_at is not None:
        return state
    outcome = deps.audit.carry_on(state, go_on=lambda: remaining() > JUDGING_SECONDS)
    if outcome.finished:
        logger().info(
            "audit finished",
            extra={
                "run": outcome.state.run_id,
                "findings": outcome.state.findings,
                "calls": outcome.state.calls,
            },
        )
    return outcome.state


def begins(deps: NightDeps, now: float) -> float:
    """When the audit of today, or else of yesterday, is to begin; epoch seconds."""
    local = datetime.fromtimestamp(now, deps.zone)
    due = local.replace(hour=deps.hour, minute=0, second=0, microsecond=0)
    if due > local:
        due = due - timedelta(days=1)
    return due.timestamp()


def _over(state: AuditState, due: float, now: float) -> bool:
    """Whether another run is due."""
    if state.finished_at is None:
        return now - state.started_at > GIVEN_UP_SECONDS
    return state.started_at < due
