"""Have the provider reissue the line, once; or leave it, when its code is only sent again."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from portal.domain.esim import ChangeState, Reissue, Trace
from portal.domain.upstream import Refused, Unavailable
from portal.engine.failures import Postpone, StopWorkflow
from portal.engine.steps import Run, Step
from portal.operations.job import owner_of
from portal.ports.esim import EsimProvider, Subscribers
from portal.ports.esim_events import EsimWaits
from portal.ports.reissues import LineReissues
from portal.ports.topups import LineChanges

from functions.operations.reissue.asked import asked
from functions.operations.reissue.records import REISSUE, ReissueRecord
from functions.operations.timeouts import ESIM_CALL_SECONDS
from functions.operations.waking import announce

FIRST_WAIT, LONGEST_WAIT = 5.0, 300.0
REFERENCE_LENGTH = 32


class ReissueLine(Step[ReissueRecord]):
    """Two calls when nothing goes wrong: the request, and a look at what became of it.

    Providers work on a reissue for seconds. So the look comes after a wait, which their event
    ends: a look at once would only show it pending.
    """

    key = REISSUE
    seconds = 60
    irreversible = True

    def __init__(
        self,
        provider: EsimProvider,
        subscribers: Subscribers,
        changes: LineChanges,
        reissues: LineReissues,
        waits: EsimWaits,
    ) -> None:
        self._provider = provider
        self._subscribers = subscribers
        self._changes = changes
        self._reissues = reissues
        self._waits = waits

    def already_done(self, run: Run) -> ReissueRecord | None:
        """Look whether an earlier request took effect; raises Postpone while it is pending."""
        if _so_far(run).asked_at is None:
            return None
        found = self._look(run)
        return None if found is None else self._settled(run, found)

    def run(self, run: Run) -> ReissueRecord:
        """Record what finds the effect again, and send."""
        wanted = asked(run.job)
        self._reissues.remember(wanted.service_id, wanted.operation_id, run.now())
        if wanted.again:
            return ReissueRecord(line_id=wanted.line_id, iccid=wanted.iccid, done=True)
        run.require(ESIM_CALL_SECONDS)
        record = _so_far(run)
        if record.asked_at is None:
            ref = reference(wanted.operation_id, run.job.attempt)
            record = ReissueRecord(ref=ref, asked_at=int(run.now()))
            run.save(record, irreversible=True)
        try:
            answer = self._provider.reissue(
                ref=record.ref,
                line_id=wanted.line_id,
                plan=wanted.plan,
                subscriber_id=self._subscriber(run),
            )
        except (Refused, Unavailable):
            # Nothing was reissued for certain: an earlier request was looked for.
            self._take_back(run)
            raise
        return self._settled(run, answer)

    def _look(self, run: Run) -> Reissue | None:
        """How the reissue stands; None when it certainly did not happen."""
        record, wanted = _so_far(run), asked(run.job)
        run.require(ESIM_CALL_SECONDS)
        return self._provider.find_reissue(
            Trace(
                ref=record.ref,
                line_id=wanted.line_id,
                since=datetime.fromtimestamp(record.asked_at or run.now(), UTC),
                iccid_before=wanted.iccid or None,
                change_id=record.change_id,
                earlier=self._changes.of_others(wanted.service_id, wanted.operation_id),
            )
        )

    def _keep(self, run: Run, found: Reissue) -> None:
        """Before the checkpoint: another operation must not take it for its own."""
        record, wanted = _so_far(run), asked(run.job)
        if found.reissue_id == record.change_id:
            return
        self._changes.remember(wanted.service_id, found.reissue_id, wanted.operation_id)
        run.save(record.model_copy(update={"change_id": found.reissue_id}))

    def _settled(self, run: Run, found: Reissue) -> ReissueRecord:
        self._keep(run, found)
        if found.state is ChangeState.FAILED:
            self._take_back(run)
            raise StopWorkflow("reissue-failed", f"The provider ended it: {found.reason}.")
        record, wanted = _so_far(run), asked(run.job)
        if found.state is ChangeState.DONE:
            line_id = found.line_id or wanted.line_id
            iccid = found.iccid or self._provider.get_line(line_id).iccid or ""
            return record.model_copy(update={"line_id": line_id, "iccid": iccid, "done": True})
        provider = self._provider.capabilities.provider
        announce(
            run, self._waits, provider, [wanted.line_id, found.reissue_id], code="reissue-pending"
        )
        raise Postpone(
            "reissue-pending",
            "The provider has the reissue pending.",
            seconds=min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(run.job.waits, 10)),
        )

    def _take_back(self, run: Run) -> None:
        wanted = asked(run.job)
        run.save(ReissueRecord(), irreversible=False)
        self._reissues.forget(wanted.service_id, wanted.operation_id)

    def _subscriber(self, run: Run) -> str:
        owner, capabilities = owner_of(run.job), self._provider.capabilities
        if not capabilities.needs_subscriber:
            return owner
        return self._subscribers.find(capabilities.provider, owner) or owner


def reference(operation_id: str, attempt: int) -> str:
    """The provider's reference: the same on every retry, another one in every attempt."""
    text = f"{operation_id}:{attempt}"
    return f"portal-{hashlib.sha256(text.encode()).hexdigest()[:REFERENCE_LENGTH]}"


def _so_far(run: Run) -> ReissueRecord:
    return run.record(REISSUE) or ReissueRecord()
