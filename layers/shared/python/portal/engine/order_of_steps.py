"""Which step runs next, and which earlier results are too old to rely on.

An attempt may wait for hours, and the other systems change meanwhile. So before a step relies on
earlier results, the engine renews those that are older than their step allows (`Step.good_for`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from portal.engine.model import StepRecord
from portal.engine.session import Session
from portal.engine.steps import Step

CLOCK_DIFFERENCE = 1.0
"""Seconds by which the clocks of two workers may differ.

A result from further in the future is renewed. Otherwise every result that is built on it would
look older than it, and would be renewed again and again.
"""


def next_step(steps: Sequence[Step[Any]], session: Session, looked: set[str]) -> Step[Any] | None:
    """Return the step to run now; None when all are done.

    `looked` names the steps that an earlier run had begun, and that found in this invocation that
    they had not taken effect.
    """
    for position, step in enumerate(steps):
        if session.finished(step):
            continue
        # A step that had begun looks first. Whether it took effect does not depend on results
        # that are read now. Only running it does.
        if not session.begun(step) or step.name in looked:
            aged = next(aged_results(steps[:position], step, session), None)
            if aged is not None:
                return aged
        return step
    return None


def aged_results(
    earlier: Sequence[Step[Any]], step: Step[Any], session: Session
) -> Iterator[Step[Any]]:
    """Yield the earlier steps that must be renewed before `step` may run."""
    if not step.irreversible and step.good_for is None:
        return
    newest = 0.0
    for candidate in earlier:
        record = session.job.steps.get(candidate.name)
        if candidate.good_for is None or record is None or not record.done:
            continue
        if _aged(record, candidate.good_for, session.now()) or _done_at(record) < newest:
            yield candidate
        newest = max(newest, _done_at(record))


def _aged(record: StepRecord, good_for: float, now: float) -> bool:
    """Whether a result is too old, or from the future because a clock was wrong."""
    return not -CLOCK_DIFFERENCE <= now - _done_at(record) <= good_for


def _done_at(record: StepRecord) -> float:
    return record.done_at or 0.0
