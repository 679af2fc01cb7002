"""The step that activates one line per eSIM of the order.

Each line has a reference of its own, which is the provider's idempotency key and identifies the
line in its listing. References are recorded before the first request. A line without an answer is
looked up before it is requested again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from portal.domain.esim import Line, LineState, Subscriber
from portal.domain.upstream import Refused, Unavailable, UpstreamError
from portal.engine.failures import Postpone, StopWorkflow
from portal.engine.model import Task
from portal.engine.steps import Run, Step
from portal.observability import logger
from portal.ports.esim import EsimProvider, Subscribers
from portal.ports.esim_events import EsimWaits
from portal.ports.identity import CustomerDirectory
from portal.ports.provisioning import ProvisioningOrders

from functions.provision.loaded_order import account_name
from functions.provision.records import (
    ACTIVATE_ESIM,
    CHECK,
    LOAD,
    ActivateEsimRecord,
    EsimLine,
    Unit,
)
from functions.provision.timeouts import ESIM_CALL_SECONDS

FIRST_WAIT, LONGEST_WAIT = 5.0, 300.0
LONGEST_REASON = 200
REFERENCE_LENGTH = 32
RECOVERY_SECONDS = 35 * 86_400  # a table can be restored to a time so far back
CLOCK_DIFFERENCE = timedelta(minutes=2)  # between the portal and a provider
_LOOKED = "esim lines were looked up"
Lines = dict[str, EsimLine]


class ActivateEsim(Step[ActivateEsimRecord]):
    """Activates the lines. It makes one call per eSIM, one look, and one for a new customer."""

    key = ACTIVATE_ESIM
    seconds = 45
    irreversible = True

    def __init__(
        self,
        provider: EsimProvider,
        subscribers: Subscribers,
        directory: CustomerDirectory,
        orders: ProvisioningOrders,
        waits: EsimWaits,
    ) -> None:
        self._provider = provider
        self._waits = waits
        self._subscribers = subscribers
        self._directory = directory
        self._orders = orders

    def outdated(self, run: Run) -> bool:
        """Whether the order had no eSIM before, and was corrected after a refusal of WHMCS."""
        return not _so_far(run).lines and any(_esim_units(run))

    def already_done(self, run: Run) -> ActivateEsimRecord | None:
        """Look the requested lines up. Returns None when a line must still be requested.

        Raises Postpone while lines are pending, and StopWorkflow when one was ended.
        """
        units, record = list(_esim_units(run)), _so_far(run)
        if not record.refs or _to_renew(run, record):
            return None
        if _unsettled(units, record.lines):
            record = self._look(run, record)
            run.scratch[_LOOKED] = True
        if any(unit.key not in record.lines for unit in units):
            return None
        self._settle(run, units, record.lines)
        return record

    def run(self, run: Run) -> ActivateEsimRecord:
        """Activate all lines and return them by unit key. Raises Postpone and StopWorkflow."""
        units = list(_esim_units(run))
        if not units:
            return ActivateEsimRecord()
        asked_before = bool(_so_far(run).refs) or run.result(LOAD).forgotten
        record = self._references(run, units, self._subscriber(run))
        if asked_before and _unsettled(units, record.lines) and not run.scratch.get(_LOOKED):
            record = self._look(run, record)
        for unit in units:
            if unit.key not in record.lines:
                line = self._activate(run, unit, record, first=not asked_before)
                record = _saved(run, record, {**record.lines, unit.key: line})
        if not asked_before and _unsettled(units, record.lines):
            record = self._look(run, record)
        self._settle(run, units, record.lines)
        return record

    def _references(self, run: Run, units: list[Unit], subscriber: str) -> ActivateEsimRecord:
        """Return the references of all units, and record them before the first request.

        A line that the provider ended in an earlier attempt is ordered again with a new reference.
        """
        before = _so_far(run)
        refs, lines = dict(before.refs), dict(before.lines)
        attempt = run.job.attempt
        for key in _to_renew(run, before):
            refs[key] = reference(run.job.subject, key, attempt)
            del lines[key]
        for unit in units:
            refs.setdefault(unit.key, reference(run.job.subject, unit.key))
        record = ActivateEsimRecord(
            refs=refs,
            lines=lines,
            plan=run.result(CHECK).plan,
            subscriber=subscriber,
            asked_at=before.asked_at or _since(run),
        )
        if record != before:
            run.save(record, irreversible=True)
        return record

    def _activate(
        self, run: Run, unit: Unit, record: ActivateEsimRecord, *, first: bool
    ) -> EsimLine:
        run.require(ESIM_CALL_SECONDS)
        try:
            line = self._provider.activate(
                ref=record.refs[unit.key],
                plan=unit.esim_plan or "",
                subscriber_id=record.subscriber or "",
            )
        except (Refused, Unavailable):
            if first and not record.lines:
                # Nothing was ordered, so the order may be corrected before the next run.
                run.save(ActivateEsimRecord(), irreversible=False)
            raise
        return _esim_line(run, line)

    def _look(self, run: Run, record: ActivateEsimRecord) -> ActivateEsimRecord:
        """Look all lines up by one listing."""
        run.require(ESIM_CALL_SECONDS)
        since = datetime.fromtimestamp(record.asked_at or run.now(), UTC)
        found = self._provider.find(
            subscriber_id=record.subscriber or "",
            refs=list(record.refs.values()),
            since=since - CLOCK_DIFFERENCE,
            known={record.refs[key]: line.line_id for key, line in record.lines.items()},
        )
        seen = {
            key: _esim_line(run, found[ref]) for key, ref in record.refs.items() if ref in found
        }
        return _saved(run, record, {**record.lines, **seen})

    def _subscriber(self, run: Run) -> str:
        user_id, capabilities = run.result(LOAD).user_id, self._provider.capabilities
        if not capabilities.needs_subscriber:
            return user_id
        provider = capabilities.provider
        known = _so_far(run).subscriber or self._subscribers.find(provider, user_id)
        if known:
            return known
        mapping = self._directory.by_user(user_id)
        if mapping is None:
            raise StopWorkflow("account-not-mapped", "The portal user is gone.")
        made = self._provider.subscribe(
            Subscriber(
                user_id=user_id,
                email=mapping.email,
                full_name=account_name(run, self._orders) or mapping.first_name,
                language=mapping.language,
            )
        )
        self._subscribers.remember(provider, user_id, made)
        return made

    def _settle(self, run: Run, units: list[Unit], lines: Lines) -> None:
        ended = [unit.name for unit in units if lines[unit.key].state == LineState.ENDED]
        if ended:
            raise StopWorkflow(
                "esim-activation-failed", f"The provider ended the line of {', '.join(ended)}."
            )
        waiting = [lines[unit.key] for unit in units if not _active(lines[unit.key])]
        if waiting:
            self._announce(run, [line.line_id for line in waiting])
            raise Postpone(
                "esim-activation-pending",
                f"The provider has {len(waiting)} of {len(units)} lines pending.",
                seconds=min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(run.job.waits, 10)),
            )

    def _announce(self, run: Run, line_ids: list[str]) -> None:
        """Say, when the wait begins, who is to be woken by the provider's events.

        Without it the job polls, as it does anyway.
        """
        last = run.job.last_error
        if last is not None and last.code == "esim-activation-pending":
            return
        task = Task(run.job.id, run.job.attempt)
        try:
            self._waits.wait(self._provider.capabilities.provider, line_ids, task)
        except UpstreamError as error:
            logger().warning("nobody is woken by events", extra={"reason": str(error)})


def _since(run: Run) -> int:
    """Return since when there may be lines of the order, in epoch seconds."""
    return int(run.now() - (RECOVERY_SECONDS if run.result(LOAD).forgotten else 0))


def reference(sf_order_id: str, unit_key: str, attempt: int | None = None) -> str:
    """Return the reference of one line. It has 39 characters, less than every provider's limit.

    It is the same on every retry. `attempt` makes a new one for a line that the provider ended.
    """
    text = f"{sf_order_id}:{unit_key}" + (f":r{attempt}" if attempt is not None else "")
    return f"portal-{hashlib.sha256(text.encode()).hexdigest()[:REFERENCE_LENGTH]}"


def _so_far(run: Run) -> ActivateEsimRecord:
    return run.record(ACTIVATE_ESIM) or ActivateEsimRecord()


def _esim_units(run: Run) -> Iterable[Unit]:
    return (unit for unit in run.result(CHECK).units if unit.esim_plan)


def _to_renew(run: Run, record: ActivateEsimRecord) -> list[str]:
    """Return the keys of the units whose line the provider ended in an earlier attempt."""
    return [
        key
        for key, line in record.lines.items()
        if line.state == LineState.ENDED and line.attempt != run.job.attempt
    ]


def _saved(run: Run, record: ActivateEsimRecord, lines: Lines) -> ActivateEsimRecord:
    if lines == record.lines:
        return record
    changed = record.model_copy(update={"lines": lines})
    run.save(changed)
    return changed


def _esim_line(run: Run, line: Line) -> EsimLine:
    return EsimLine(
        line_id=line.line_id,
        state=str(line.state),
        attempt=run.job.attempt,
        iccid=line.iccid,
        reason=(line.reason or "")[:LONGEST_REASON] or None,
    )


def _unsettled(units: list[Unit], lines: Lines) -> bool:
    """Whether a line is not active yet or has no ICCID."""
    return any(not _active(lines.get(unit.key)) for unit in units)


def _active(line: EsimLine | None) -> bool:
    return line is not None and line.state == LineState.ACTIVE and bool(line.iccid)
