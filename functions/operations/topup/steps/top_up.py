"""The step that buys the data at the provider, once."""

from __future__ import annotations

import hashlib

from portal.domain.esim import ChangeState, TopUp
from portal.domain.upstream import Refused, Unavailable
from portal.engine.failures import Postpone, StopWorkflow
from portal.engine.steps import Run, Step
from portal.ports.esim import EsimProvider
from portal.ports.esim_events import EsimWaits
from portal.ports.topups import LineChanges

from functions.operations.timeouts import ESIM_CALL_SECONDS
from functions.operations.topup.asked import asked
from functions.operations.topup.looks import find_top_up, top_up_so_far
from functions.operations.topup.records import CHECK, LOAD, TOP_UP, TopUpRecord
from functions.operations.waking import announce

FIRST_WAIT, LONGEST_WAIT = 5.0, 300.0
REFERENCE_LENGTH = 32


class BuyTopUp(Step[TopUpRecord]):
    """Buys the top-up by one call, and reads it by another if the answer is always pending."""

    key = TOP_UP
    seconds = 45
    irreversible = True

    def __init__(self, provider: EsimProvider, changes: LineChanges, waits: EsimWaits) -> None:
        self._provider = provider
        self._changes = changes
        self._waits = waits

    def outdated(self, run: Run) -> bool:
        """Return whether the record belongs to the settled invoice of an earlier attempt."""
        return not top_up_so_far(run).done

    def already_done(self, run: Run) -> TopUpRecord | None:
        """Look for the effect of an earlier request. Raises Postpone while it is pending."""
        found = find_top_up(run, self._provider, self._changes)
        return None if found is None else self._settled(run, found)

    def run(self, run: Run) -> TopUpRecord:
        """Record the intent and the reference, and buy the top-up."""
        before, wanted = top_up_so_far(run), asked(run.job)
        line_id = run.result(LOAD).line_id
        run.require(ESIM_CALL_SECONDS)
        record = before
        if before.asked_at is None or before.line_id not in {"", line_id}:
            # Or it certainly did not happen on a line that was replaced by another one since.
            record = TopUpRecord(
                invoice_id=before.invoice_id,
                ref=reference(wanted.operation_id, run.job.attempt),
                line_id=line_id,
                asked_at=int(run.now()),
                data_before=run.result(CHECK).data_total,
                data_added=wanted.data_added,
            )
            run.save(record, irreversible=True)
        try:
            answer = self._provider.top_up(ref=record.ref, line_id=line_id, offer_id=wanted.offer)
        except (Refused, Unavailable):
            # Certainly nothing was bought, because a look found no effect of an earlier request.
            _take_back(run, record)
            raise
        if answer.state is ChangeState.PENDING:
            self._remember(run, answer)
            answer = find_top_up(run, self._provider, self._changes) or answer
        return self._settled(run, answer)

    def _settled(self, run: Run, found: TopUp) -> TopUpRecord:
        record = self._remember(run, found)
        if found.state is ChangeState.DONE:
            return record.model_copy(update={"done": True})
        if found.state is ChangeState.FAILED:
            _take_back(run, record)
            raise StopWorkflow("topup-failed", f"The provider ended the top-up: {found.reason}.")
        handles = [run.result(LOAD).line_id, *([record.change_id] if record.change_id else [])]
        provider = self._provider.capabilities.provider
        announce(run, self._waits, provider, handles, code="topup-pending")
        raise Postpone(
            "topup-pending",
            "The provider has the top-up pending.",
            seconds=min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(run.job.waits, 10)),
        )

    def _remember(self, run: Run, found: TopUp) -> TopUpRecord:
        """Keep the provider's id before the checkpoint: no other operation may take it for its."""
        record, number = top_up_so_far(run), found.top_up_id
        if number is None or number == record.change_id:
            return record
        operation = asked(run.job)
        self._changes.remember(operation.service_id, number, operation.operation_id)
        record = record.model_copy(update={"change_id": number})
        run.save(record)
        return record


def reference(operation_id: str, attempt: int) -> str:
    """Return the reference for the provider, which differs by operation and attempt."""
    text = f"{operation_id}:{attempt}"
    return f"portal-{hashlib.sha256(text.encode()).hexdigest()[:REFERENCE_LENGTH]}"


def _take_back(run: Run, record: TopUpRecord) -> None:
    run.save(TopUpRecord(invoice_id=record.invoice_id), irreversible=False)
