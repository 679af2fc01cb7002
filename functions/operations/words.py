"""The texts for customers about an operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from portal.domain.money import Money
from portal.domain.provisioning_errors import Reason
from portal.engine.model import Job

from functions.operations.models import MadeGoodCode, NextCode

NEXT: Mapping[NextCode, str] = {
    "begins": "We have received your request and begin in a moment.",
    "waits": "A system that we depend on does not answer at the moment. We go on by ourselves; you "
    "need not do anything.",
    "undoes": "We could not finish and are undoing what was begun. You need not do anything.",
    "over": "Nothing. If something is not clear, please ask our support team.",
}
"""What happens next, where all kinds of operations say the same."""


@dataclass(frozen=True, kw_only=True)
class MadeGood:
    """What the customer has after all, or what was done for them. `credited` is in the text."""

    code: MadeGoodCode
    text: str
    credited: Money | None = None


@dataclass(frozen=True, kw_only=True)
class OperationWords:
    """The texts of one kind of operation, which `functions/operations/kinds.py` lists.

    `steps` has a label for each step by its name, in the order of the workflow. `running` and
    `succeeded` say what happens next. `reasons` are the error codes. `made_good` says what was
    done for the customer after an operation failed; None for nothing.
    """

    steps: Mapping[str, str]
    running: str
    succeeded: str
    reasons: Mapping[str, Reason]
    made_good: Callable[[Job], MadeGood | None]
