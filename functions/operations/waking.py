"""Records which operation waits for a line, so that the provider's events wake it."""

from __future__ import annotations

from collections.abc import Sequence

from portal.domain.upstream import UpstreamError
from portal.engine.model import Task
from portal.engine.steps import Run
from portal.observability import logger
from portal.ports.esim_events import EsimWaits


def announce(
    run: Run, waits: EsimWaits, provider: str, handles: Sequence[str], *, code: str
) -> None:
    """Record it when the wait with that error code begins.

    Without the record the operation polls, as it does anyway.
    """
    last = run.job.last_error
    if last is not None and last.code == code:
        return
    try:
        waits.wait(provider, handles, Task(run.job.id, run.job.attempt))
    except UpstreamError as error:
        logger().warning("nobody is woken by events", extra={"reason": str(error)})
