"""The kinds of jobs that the workflow engine runs, in one row each.

The row decides the queues, the sweeper's routes and the metrics of a kind.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class WorkflowKind:
    """A kind of job.

    `metrics` is the first word of its metrics, `queue` that of its queues: kinds that share a
    queue share its consumer.
    """

    name: str
    metrics: str
    queue: str

    @property
    def queue_variable(self) -> str:
        """The environment variable with the URL of the queue for jobs that have not begun."""
        return f"{self.queue.upper()}_QUEUE_URL"

    @property
    def waiting_queue_variable(self) -> str:
        """The environment variable with the URL of the queue for jobs that wait."""
        return f"{self.queue.upper()}_WAITING_QUEUE_URL"


PROVISION = WorkflowKind(name="provision", metrics="Provisioning", queue="provision")
TOPUP = WorkflowKind(name="topup", metrics="Topup", queue="operation")
REISSUE = WorkflowKind(name="reissue", metrics="Reissue", queue="operation")

WORKFLOW_KINDS = (PROVISION, TOPUP, REISSUE)

OPERATION_KINDS = tuple(kind for kind in WORKFLOW_KINDS if kind.queue == "operation")
"""The kinds that customers start on their own lines."""
