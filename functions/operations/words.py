"""The texts for customers about an operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from portal.domain.provisioning_errors import Reason
from portal.engine.model import Job

PENDING = "We have received your request and begin in a moment."
WAITING = (
    "A system that we depend on does not answer at the moment. We go on by ourselves; you need not "
    "do anything."
)
STOPPING = "We could not finish and are undoing what was begun. You need not do anything."
ASK_US = "Nothing. If something is not clear, please ask our support team."


@dataclass(frozen=True, kw_only=True)
class OperationWords:
    """The texts of one kind of operation, which `functions/operations/kinds.py` lists.

    `steps` has a label for each step by its name, in the order of the workflow. `running` and
    `succeeded` say what happens next. `reasons` are the error codes. `made_good` says what was
    done for the customer after an operation failed. It may be empty.
    """

    steps: Mapping[str, str]
    running: str
    succeeded: str
    reasons: Mapping[str, Reason]
    made_good: Callable[[Job], str]
