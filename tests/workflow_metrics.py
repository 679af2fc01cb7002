"""The metrics of jobs, whose names are put together from the kind of the job."""

from __future__ import annotations

from unittest.mock import patch

from portal.engine.metrics import JobMetrics
from portal.engine.model import LastError
from portal.engine.states import Status
from portal.workflow_kinds import WORKFLOW_KINDS

from tests.fakes.workflow import toy_job

# What the sweeper's handler puts together.
SWEPT = ("Stuck", "Lost")


def job_metrics() -> dict[str, set[frozenset[str]]]:
    """The names, and the dimensions that are added to them."""
    found: dict[str, set[frozenset[str]]] = {}

    def note(name: str, *_: object, **dimensions: str) -> None:
        found.setdefault(name, set()).add(frozenset(dimensions))

    module = "portal.engine.metrics"
    with (
        patch(f"{module}.count", note),
        patch(f"{module}.gauge", note),
        patch(f"{module}.duration", note),
    ):
        for kind in WORKFLOW_KINDS:
            observer = JobMetrics(kind.metrics, ())
            error = LastError(code="any", message="", step="", at=0.0)
            for status in (Status.SUCCEEDED, Status.FAILED, Status.CANCELLED):
                observer.finished(toy_job(status=status, last_error=error, unreported=True))
            declining = JobMetrics(kind.metrics, (), declined=("any",))
            declining.finished(toy_job(status=Status.FAILED, last_error=error))
            observer.retrying(toy_job(), "any", 1.0)
            observer.step_finished(toy_job(), "any", 1.0)
            for name in SWEPT:
                note(f"{kind.metrics}{name}", 1)
    return found
