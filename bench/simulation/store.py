"""The workflow table in memory, with DynamoDB's conditions."""

from __future__ import annotations

import copy
from collections.abc import Iterator

from portal.engine.model import Event, Hold, Job, KeyUse
from portal.engine.ports import KeyTaken, StaleJob
from portal.engine.states import Status


class MemoryStore:
    """A `JobStore` that counts writes, including those of the history."""

    def __init__(self) -> None:
        self.jobs: dict[str, Job] = {}
        self.writes = 0
        self.open = 0
        self._keys: dict[str, KeyUse] = {}

    def get(self, job_id: str) -> Job | None:
        """Return the job as it was last written."""
        return self.jobs.get(job_id)

    def replace(self, job: Job) -> Job:
        """Write over the version that it was made from."""
        stored = self.jobs.get(job.id)
        if (stored.version if stored else 0) != job.version:
            raise StaleJob(stored)
        # `replace` would take half of the run's time, and no other code has this copy yet.
        written = copy.copy(job)
        object.__setattr__(written, "version", job.version + 1)
        self.open += (not written.status.over) - (stored is not None and not stored.status.over)
        self.jobs[job.id] = written
        self.writes += 1
        return written

    def begin(
        self,
        job: Job,
        key: str,
        use: KeyUse,
        *,
        before: KeyUse | None = None,
        held: Hold | None = None,  # no job of the simulation is exclusive
    ) -> Job:
        """Write a job and its key."""
        if self._keys.get(key) != before:
            raise KeyTaken
        begun = self.replace(job)
        self._keys[key] = use
        return begun

    def hold(self, _thing: str) -> Hold | None:
        """Nothing is held here."""
        return None

    def key_use(self, key: str) -> KeyUse | None:
        """What a key was used for."""
        return self._keys.get(key)

    def waiting(self, status: Status, *, until: float) -> Iterator[str]:
        """Yield ids by the time of the last write. No job is scheduled here."""
        found = [
            (job.updated_at, job.id)
            for job in self.jobs.values()
            if job.status is status and job.updated_at <= until
        ]
        yield from (job_id for _, job_id in sorted(found))

    def remember(self, job_id: str, event: Event) -> None:  # only counted
        """Count a line of history as one write."""
        self.writes += 1
