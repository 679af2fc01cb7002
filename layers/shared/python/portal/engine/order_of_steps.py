"""Which step is next, and which results have aged.

A result is as good as the moment at which it was read. Before a step acts on the strength of
earlier results, those that have aged are renewed: an attempt may wait for hours, and the outside
world changes meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from portal.engine.model import StepRecord
from portal.engine.session import Session
from portal.engine.steps import Step

CLOCK_DIFFERENCE = 1.0
"""Seconds by which the clocks of two workers may differ. A result that is further in the future is
renewed, so that what is built on it is not taken for older again and again."""


def next_step(steps: Sequence[Step[Any]], session: Session, looked: set[str]) -> Step[Any] | None:
    """The step to run now; None when all are done.

    `looked` names the steps that had begun before, and that found in this invocation that they
    had not taken effect.
    """
    for position, step in enumerate(steps):
        if session.finished(step):
            continue
        # What was begun is looked at first: whether it took effect does not depend on what is
        # read now. Only a run of it does.
        if not session.begun(step) or step.name in looked:
            aged = next(aged_results(steps[:position], step, session), None)
            if aged is not None:
                return aged
        return step
    return None


def aged_results(
    earlier: Sequence[Step[Any]], step: Step[Any], session: Session
) -> Iterator[Step[Any]]:
    """The earlier steps that must be renewed before `step` may run."""
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
    """A result from the future comes from a clock that was wrong."""
    return not -CLOCK_DIFFERENCE <= now - _done_at(record) <= good_for


def _done_at(record: StepRecord) -> float:
    return record.done_at or 0.0
