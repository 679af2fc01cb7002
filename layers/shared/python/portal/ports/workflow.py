"""The port for reading provisioning jobs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

JobStatus = Literal["queued", "scheduled", "in_progress", "provisioned", "failed", "cancelled"]
StepStatus = Literal["done", "running", "failed", "waiting"]


@dataclass(frozen=True)
class StepView:
    """One step of a job, by its name in the workflow."""

    step: str
    status: StepStatus
    at: datetime | None = None


@dataclass(frozen=True)
class JobView:
    """The state of a job for customers and operators. `message` is safe to show to customers.

    `closable` says that no attempt is under way and none has had an effect. `closed` says that
    nobody may start one any more, because the customer cancelled the order.
    """

    status: JobStatus
    attempt: int
    timeline: tuple[StepView, ...] = ()
    error_code: str | None = None
    message: str | None = None
    closable: bool = False
    closed: bool = False


class JobReader(Protocol):
    """Reads provisioning jobs."""

    def get(self, sf_order_id: str) -> JobView | None:
        """Return the job of an order (18-character id); None when the button was never pressed."""
        ...
