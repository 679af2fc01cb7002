"""Every five minutes: begin the night's audit, go on with it, or say what the last one found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from functions.audit.deps import build_nightly
from functions.audit.night import work

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def handler(_event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Lambda entry for the schedule; answers how the run stands."""
    state = work(build_nightly(), lambda: context.get_remaining_time_in_millis() / 1000)
    return {
        "run": state.run_id if state else None,
        "finished": state is not None and state.finished_at is not None,
        "findings": state.findings if state else 0,
    }
