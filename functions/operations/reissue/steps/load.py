"""Read whose line is to be reissued: our own table only."""

from __future__ import annotations

from typing import ClassVar

from portal.engine.failures import StopWorkflow
from portal.engine.steps import Run, Step
from portal.operations.job import owner_of
from portal.ports.service_lines import ServiceLines

from functions.operations.reissue.asked import asked
from functions.operations.reissue.records import LOAD, REISSUE, LoadRecord


class Load(Step[LoadRecord]):
    """One read of DynamoDB."""

    key = LOAD
    seconds = 10
    each_attempt: ClassVar[bool] = True

    def __init__(self, lines: ServiceLines) -> None:
        self._lines = lines

    def run(self, run: Run) -> LoadRecord:
        """The Order, if the line is still the one that was asked about."""
        wanted, done = asked(run.job), run.record(REISSUE)
        line = self._lines.of_service(wanted.service_id)
        ours = (owner_of(run.job), wanted.client_id, wanted.provider)
        if line is None or (line.user_id, line.client_id, line.provider) != ours:
            raise StopWorkflow(
                "service-missing", f"Service {wanted.service_id} is no line of the customer's."
            )
        # What may have been reissued is finished, also when another operation came after it.
        begun = done is not None and (done.done or done.asked_at is not None)
        if line.line_id != wanted.line_id and not begun:
            raise StopWorkflow("line-changed", f"Service {line.service_id} has another line now.")
        return LoadRecord(sf_order_id=line.sf_order_id)
