"""A task of the workflow engine as a message on a queue."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from portal.engine.model import Task


class TaskMessage(BaseModel):
    """Which attempt of which job a worker is to run. The job's record holds all other data.

    `wakes` marks an additional message, which makes the job look before its time. It is never
    kept or sent again, because the job has its own message.
    """

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True
    )

    job_id: str = Field(min_length=1)
    attempt: int = Field(ge=1)
    wakes: bool = False

    @classmethod
    def of(cls, task: Task, *, wakes: bool = False) -> Self:
        """Return the message for a task."""
        return cls(job_id=task.job_id, attempt=task.attempt, wakes=wakes)

    @property
    def task(self) -> Task:
        """The task that the message carries."""
        return Task(self.job_id, self.attempt, wakes=self.wakes)
