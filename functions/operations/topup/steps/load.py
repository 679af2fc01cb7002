"""The step that reads the line and its owner from the portal's tables."""

from __future__ import annotations

from typing import ClassVar

from portal.engine.failures import StopWorkflow
from portal.engine.steps import Run, Step
from portal.operations.job import owner_of
from portal.ports.identity import CustomerDirectory
from portal.ports.service_lines import ServiceLines

from functions.operations.topup.asked import asked
from functions.operations.topup.records import LOAD, LoadRecord


class Load(Step[LoadRecord]):
    """Reads the tables twice."""

    key = LOAD
    seconds = 10
    each_attempt: ClassVar[bool] = True

    def __init__(self, lines: ServiceLines, directory: CustomerDirectory) -> None:
        self._lines = lines
        self._directory = directory

    def run(self, run: Run) -> LoadRecord:
        """Return the line if it still belongs to the customer and the provider."""
        wanted, owner = asked(run.job), owner_of(run.job)
        line = self._lines.of_service(wanted.service_id)
        mapping = self._directory.by_user(owner)
        if mapping is None:
            raise StopWorkflow("account-not-mapped", "The portal user is gone.")
        if (
            line is None
            or (line.user_id, line.client_id) != (owner, wanted.client_id)
            or (line.provider, bool(line.line_id)) != (wanted.provider, True)
        ):
            raise StopWorkflow(
                "service-missing", f"Service {wanted.service_id} is no line of the customer's."
            )
        return LoadRecord(account_id=mapping.sf_account_id, line_id=line.line_id, plan=line.plan)
