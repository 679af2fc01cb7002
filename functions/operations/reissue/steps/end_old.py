"""End the old line, where the provider sold another one instead of reissuing it."""

from __future__ import annotations

from portal.domain.upstream import Refused, Unauthorized
from portal.engine.failures import StopWorkflow
from portal.engine.steps import Run, Step
from portal.ports.esim import EsimProvider

from functions.operations.reissue.asked import asked
from functions.operations.reissue.records import END_OLD, REISSUE, SWITCH, EndOldRecord
from functions.operations.timeouts import ESIM_CALL_SECONDS


class EndOld(Step[EndOldRecord]):
    """One call for a line whose profile was installed; ending one that has ended is harmless.

    The new line is recorded everywhere by now.
    """

    key = END_OLD
    seconds = 60

    def __init__(self, provider: EsimProvider) -> None:
        self._provider = provider

    def run(self, run: Run) -> EndOldRecord:
        """Nothing where line and number stay. A line that was superseded ends as well."""
        wanted, new = asked(run.job), run.result(REISSUE).line_id
        in_use = run.result(SWITCH).line_id or new
        unused = sorted({wanted.line_id, new} - {in_use})
        for line_id in unused:
            self._end(run, line_id, installed=wanted.installed and line_id == wanted.line_id)
        return EndOldRecord(ended=bool(unused))

    def _end(self, run: Run, old: str, *, installed: bool) -> None:
        run.require(2 * ESIM_CALL_SECONDS)
        try:
            self._provider.end_line(old, installed=installed)
        except Unauthorized:
            raise
        except Refused as refused:
            raise StopWorkflow(
                "old-line-not-ended", f"The provider does not end line {old}: {refused}."
            ) from refused
