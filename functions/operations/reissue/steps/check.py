"""See whether the line can be reissued still.

What was looked up when the operation was accepted is relied on for five minutes; an operation that
waited longer looks again.
"""

from __future__ import annotations

from typing import ClassVar

from portal.domain.esim import LineState
from portal.engine.failures import StopWorkflow
from portal.engine.steps import Run, Step
from portal.ports.billing_orders import ServiceReader
from portal.ports.esim import EsimProvider

from functions.operations.reissue.asked import Asked, asked
from functions.operations.reissue.records import CHECK, REISSUE, CheckRecord
from functions.operations.timeouts import FRESH_SECONDS

ACTIVE = "active"


class Check(Step[CheckRecord]):
    """No call for a fresh operation; else the service in WHMCS and the line at the provider."""

    key = CHECK
    seconds = 60
    good_for = FRESH_SECONDS
    each_attempt: ClassVar[bool] = True

    def __init__(self, services: ServiceReader, provider: EsimProvider) -> None:
        self._services = services
        self._provider = provider

    def run(self, run: Run) -> CheckRecord:
        """Nothing is checked any more once a reissue may have begun: it is finished."""
        record = run.record(REISSUE)
        begun = record is not None and (record.done or record.asked_at is not None)
        if not begun and run.now() - run.job.requested_at > FRESH_SECONDS:
            self._look(asked(run.job))
        return CheckRecord()

    def _look(self, wanted: Asked) -> None:
        service = self._services.find(wanted.service_id, client_id=wanted.client_id)
        if service is None:
            raise StopWorkflow("service-missing", f"WHMCS has no service {wanted.service_id}.")
        if service.status.lower() != ACTIVE:
            raise StopWorkflow(
                "service-not-active", f"WHMCS service {service.id} is {service.status}."
            )
        line = self._provider.get_line(wanted.line_id)
        if line.state is not LineState.ACTIVE:
            raise StopWorkflow("line-not-active", f"The line is {line.state} at the provider.")
        if wanted.again and self._provider.profile_state(line).reached_a_phone:
            raise StopWorkflow("line-changed", "The profile was installed meanwhile.")
