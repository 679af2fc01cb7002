"""The operations of a stack in memory, for its front door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.domain.upstream import Unavailable
from portal.engine.model import Job


@dataclass
class StackOperations:
    """`local.front.operations.Operations` over a dict; `down` makes it unreadable."""

    jobs: dict[str, Job] = field(default_factory=dict)
    history: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)
    down: bool = False

    def newest(self, limit: int) -> Sequence[Job]:
        self._check()
        return list(self.jobs.values())[:limit]

    def find(self, operation: str) -> tuple[Job, Sequence[Mapping[str, Any]]] | None:
        self._check()
        job = self.jobs.get(operation)
        return None if job is None else (job, self.history.get(operation, []))

    def _check(self) -> None:
        if self.down:
            raise Unavailable("dynamodb", "Scan", "down")
