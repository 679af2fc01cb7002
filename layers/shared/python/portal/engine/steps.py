"""How a workflow is written: a list of steps, each a class with `run` and perhaps `already_done`.

PROVISION = Workflow(
    steps=[Load(…), Check(…), ActivateEsim(…), AddOrder(…), …],
    on_stopped=report_failure,
    result=summarise,
)
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from portal.engine.model import Data, Job, LastError


class Run(Protocol):
    """What a step is given: the job so far, and the means to leave traces.

    `scratch` lives as long as this invocation: for what must not be stored.
    """

    scratch: dict[str, Any]

    @property
    def job(self) -> Job:
        """The job as last written."""
        ...

    def data(self, step: str) -> Data:
        """What a step recorded; empty when it has not begun."""
        ...

    def done(self, step: str) -> bool:
        """Whether a step is finished in this attempt's view."""
        ...

    def save(self, **data: Any) -> None:
        """Record intents or partial results of the step that runs, before going on.

        Counts as progress: when time runs out afterwards, another invocation goes on at no cost.
        Raises LeaseLost, or Unavailable when it could not be recorded: then do not act.
        """
        ...

    def require(self, seconds: float) -> None:
        """Raise OutOfTime unless the invocation lasts that long."""
        ...

    def now(self) -> float:
        """Epoch seconds."""
        ...

    def note(self, kind: str, detail: str = "") -> None:
        """Add a line to the job's history."""
        ...


class Step(ABC):
    """One step. It may be run again at any time: after a crash, a retry, or a duplicate message.

    - `name`: its key in the record; never rename one while jobs are under way.
    - `seconds`: the longest that one run can take; it is not begun with less time left.
    - `point_of_no_return`: begins to change the world; cancelling is over from here on.
    - `each_attempt`: reads what a person may have mended, so a new attempt does it again.
    """

    name: ClassVar[str]
    seconds: ClassVar[float]
    point_of_no_return: ClassVar[bool] = False
    each_attempt: ClassVar[bool] = False

    def already_done(self, run: Run) -> Data | None:  # noqa: ARG002  # for steps that can look
        """Look whether an earlier, interrupted run took effect; its result, or None.

        Called instead of `run` being trusted blindly: only when the step had begun before.
        """
        return None

    def outdated(self, run: Run) -> bool:  # noqa: ARG002  # for steps that depend on what others read
        """Whether a finished step is to begin anew, because what it was done for has changed."""
        return False

    @abstractmethod
    def run(self, run: Run) -> Data:
        """Do it; what it returns is the checkpoint."""


@dataclass(frozen=True)
class Workflow:
    """The steps in order, and what belongs to the end.

    `on_stopped` tells the outside world that the job failed or was cancelled; it is repeated
    until it went through. `on_waiting` tells it, once per outage, that the job waits for an
    upstream; that is a courtesy and is not repeated when it fails. `result` is kept on the job when
    all steps are done.
    """

    steps: Sequence[Step]
    on_stopped: Callable[[Run], None]
    result: Callable[[Run], Data]
    on_waiting: Callable[[Run, LastError], None] = lambda _run, _last_error: None
