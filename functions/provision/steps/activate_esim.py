"""Activate one line per eSIM of the order.

Each has a reference of its own (`<order>:<line key>:<number>`), which is the provider's
idempotency key and is found again in its listing. References are recorded before the first
request; after that, lines that have no answer are looked up before they are asked for again.
"""

from __future__ import annotations

from typing import Any

from portal.domain.esim import Line, LineState, Subscriber, as_record
from portal.domain.upstream import Refused, Unavailable
from portal.engine.failures import Postpone, StopWorkflow
from portal.engine.model import Data
from portal.engine.steps import Run, Step
from portal.ports.esim import EsimProvider, Subscribers
from portal.ports.identity import CustomerDirectory
from portal.ports.provisioning import ProvisioningOrders

from functions.provision import reading
from functions.provision.plan import Unit

CALL_SECONDS = 20.0
FIRST_WAIT, LONGEST_WAIT = 5.0, 300.0
Records = dict[str, dict[str, Any]]


class ActivateEsim(Step):
    """One call per eSIM, one more to see them active, and one for a new customer."""

    name = "activate_esim"
    seconds = 45
    point_of_no_return = True

    def __init__(
        self,
        provider: EsimProvider,
        subscribers: Subscribers,
        directory: CustomerDirectory,
        orders: ProvisioningOrders,
    ) -> None:
        self._provider = provider
        self._subscribers = subscribers
        self._directory = directory
        self._orders = orders

    def outdated(self, run: Run) -> bool:
        """An order that had no eSIM was corrected after WHMCS had refused it, and has one now."""
        return not reading.esims(run) and any(unit.esim_plan for unit in reading.units(run))

    def run(self, run: Run) -> Data:
        """The lines by unit key."""
        units = [unit for unit in reading.units(run) if unit.esim_plan]
        if not units:
            return {"lines": {}}
        asked_before = bool(run.data(self.name).get("refs"))
        subscriber = self._subscriber(run)
        refs = self._references(run, units, subscriber)
        lines: Records = dict(run.data(self.name).get("lines", {}))
        if asked_before and _unsettled(units, lines):
            self._look(run, subscriber, refs, lines)
        try:
            for unit in units:
                if unit.key not in lines:
                    self._activate(run, subscriber, unit, refs[unit.key], lines)
        except (Refused, Unavailable):
            if not asked_before and not lines:
                # Definitely nothing was ordered: the order may be corrected before the next try.
                run.save(refs={}, plan=None, subscriber=None)
            raise
        if not asked_before and _unsettled(units, lines):
            self._look(run, subscriber, refs, lines)
        _settle(run, units, lines)
        return {**run.data(self.name), "lines": lines}

    def _references(self, run: Run, units: list[Unit], subscriber: str) -> dict[str, str]:
        """The reference of each unit, recorded before anything is asked for.

        A line that the provider ended in an earlier attempt is ordered anew, under a new one.
        """
        data = run.data(self.name)
        refs: dict[str, str] = dict(data.get("refs", {}))
        lines: Records = dict(data.get("lines", {}))
        renewed = [
            key
            for key, line in lines.items()
            if line["state"] == LineState.ENDED and line["attempt"] != run.job.attempt
        ]
        base = reading.order_id(run)
        for unit in units:
            refs.setdefault(unit.key, f"{base}:{unit.key}")
        for key in renewed:
            refs[key] = f"{base}:{key}:r{run.job.attempt}"
            del lines[key]
        if refs != data.get("refs") or renewed:
            run.save(refs=refs, lines=lines, plan=reading.plan(run), subscriber=subscriber)
        return refs

    def _activate(self, run: Run, subscriber: str, unit: Unit, ref: str, lines: Records) -> None:
        run.require(CALL_SECONDS)
        line = self._provider.activate(ref=ref, plan=unit.esim_plan or "", subscriber_id=subscriber)
        lines[unit.key] = _record(run, line)
        run.save(lines=lines)

    def _look(self, run: Run, subscriber: str, refs: dict[str, str], lines: Records) -> None:
        """One listing for all lines."""
        run.require(CALL_SECONDS)
        known = dict(lines)
        found = self._provider.find(subscriber_id=subscriber, refs=list(refs.values()))
        for key, ref in refs.items():
            if ref in found:
                lines[key] = _record(run, found[ref])
        if lines != known:
            run.save(lines=lines)

    def _subscriber(self, run: Run) -> str:
        known = run.data(self.name).get("subscriber")
        user_id, provider = reading.user_id(run), self._provider.capabilities.provider
        known = known or self._subscribers.find(provider, user_id)
        if known:
            return str(known)
        mapping = self._directory.by_user(user_id)
        if mapping is None:
            raise StopWorkflow("account-not-mapped", "The portal user is gone.")
        made = self._provider.subscribe(
            Subscriber(
                user_id=user_id,
                email=mapping.email,
                full_name=self._account_name(run) or mapping.first_name,
                language=mapping.language,
            )
        )
        self._subscribers.remember(provider, user_id, made)
        return made

    def _account_name(self, run: Run) -> str:
        """From this invocation's `load`; names are not kept, so otherwise it is read again."""
        name = run.scratch.get("account_name")
        if name is None:
            found = self._orders.load(reading.order_id(run))
            name = found.account_name if found is not None else ""
        return str(name)


def _record(run: Run, line: Line) -> dict[str, Any]:
    return {**as_record(line), "attempt": run.job.attempt, "reason": line.reason}


def _unsettled(units: list[Unit], lines: Records) -> bool:
    """Whether a line has no answer yet, or none with an ICCID that is active."""
    return any(not _active(lines.get(unit.key)) for unit in units)


def _active(line: dict[str, Any] | None) -> bool:
    return line is not None and line["state"] == LineState.ACTIVE and bool(line["iccid"])


def _settle(run: Run, units: list[Unit], lines: Records) -> None:
    ended = [unit.name for unit in units if lines[unit.key]["state"] == LineState.ENDED]
    if ended:
        raise StopWorkflow(
            "esim-activation-failed", f"The provider ended the line of {', '.join(ended)}."
        )
    waiting = [unit for unit in units if not _active(lines[unit.key])]
    if waiting:
        raise Postpone(
            "esim-activation-pending",
            f"The provider has {len(waiting)} of {len(units)} lines pending.",
            seconds=min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(run.job.waits, 10)),
        )
