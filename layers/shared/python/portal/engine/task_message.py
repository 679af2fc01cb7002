"""The engine's tasks as they travel on a queue."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class TaskMessage(BaseModel):
    """The body of a message: which attempt of which job is to be worked on."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True
    )

    job_id: str = Field(min_length=1)
    attempt: int = Field(ge=1)
