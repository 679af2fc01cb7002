"""The kinds of jobs that the workflow engine runs: one row each.

The sweeper, the queues and the metrics of a kind follow from its row.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class WorkflowKind:
    """A kind of job. `metrics` is the first word of its metrics."""

    name: str
    metrics: str

    @property
    def queue_variable(self) -> str:
        """The environment name of the URL of the queue for jobs that have not begun."""
        return f"{self.name.upper()}_QUEUE_URL"

    @property
    def waiting_queue_variable(self) -> str:
        """The same for jobs that wait for an upstream which is down."""
        return f"{self.name.upper()}_WAITING_QUEUE_URL"


PROVISION = WorkflowKind(name="provision", metrics="Provisioning")

WORKFLOW_KINDS = (PROVISION,)
