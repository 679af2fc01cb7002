"""The parts of a workflow: its steps in order, each with a typed record of its results.

    LOAD = StepKey("load", LoadRecord)

    class Load(Step[LoadRecord]):
        key = LOAD
        seconds = 60
        good_for = 300

        def run(self, run: Run) -> LoadRecord: ...

    PROVISION = Workflow(kind="provision", steps=[Load(...), Check(...), ...], ...)

Later steps read the record by its key: `run.result(LOAD).client_id`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from portal.engine.model import Data, Job, LastError


class Record(BaseModel):
    """The results of a step, for later steps and for its own retries. No personal data.

    Keep in it only what is read later, because all records of a job share one DynamoDB item of at
    most 400 KB. Unknown fields are ignored, so that a job survives a deployment.
    """

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="ignore", frozen=True
    )

    def as_data(self) -> dict[str, Any]:
        """Return plain JSON values, without those that are at their default."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)


RecordT = TypeVar("RecordT", bound=Record)


@dataclass(frozen=True)
class StepKey(Generic[RecordT]):
    """The name of a step, and the type of its record.

    Jobs store the name, so a step must not be renamed while jobs are under way.
    """

    name: str
    model: type[RecordT]


class Run(Protocol):
    """What a step is given: the job so far, and the means to record results.

    `scratch` keeps values for this invocation only, for example those that must not be stored.
    """

    scratch: dict[str, Any]

    @property
    def job(self) -> Job:
        """The job as it was written when the step began or saved a record."""
        ...

    def record(self, key: StepKey[RecordT]) -> RecordT | None:
        """Return what a step has recorded so far; None when it has recorded nothing."""
        ...

    def result(self, key: StepKey[RecordT]) -> RecordT:
        """Return what a step has recorded. Raises LookupError when it has recorded nothing."""
        ...

    def done(self, key: StepKey[RecordT]) -> bool:
        """Whether a step has a result."""
        ...

    def save(self, record: Record, *, irreversible: bool | None = None) -> None:
        """Record an intent or a partial result of the running step.

        `irreversible=True` sets the point of no return, right before the first effect that cannot
        be undone. `irreversible=False` takes it back when it is certain that nothing happened.
        Saving is progress: when time runs out afterwards, no retry is counted. Raises LeaseLost,
        or Unavailable when nothing was recorded. The step must not act after either.
        """
        ...

    def require(self, seconds: float) -> None:
        """Raise OutOfTime unless the invocation lasts for at least so many seconds."""
        ...

    def now(self) -> float:
        """Return the current time in epoch seconds."""
        ...

    def note(self, kind: str, detail: str = "") -> None:
        """Add a line to the job's history."""
        ...


class Step(ABC, Generic[RecordT]):
    """One step. It may run again at any time: after a crash, in a retry, or by a second message.

    - `key`: the step's name and the type of its record.
    - `seconds`: the longest that one run can take. The step does not begin with less time left.
    - `good_for`: seconds for which other steps may rely on the result. An older result is renewed
      before such a step runs. With None, the result does not age.
    - `irreversible`: whether the step can have an effect that cannot be undone. The step records
      such an effect by `run.save`. Before each of its runs, results that have aged are renewed.
    - `each_attempt`: whether a new attempt runs the step again, because it reads data that a
      person may have corrected.
    """

    key: StepKey[RecordT]
    seconds: ClassVar[float]
    good_for: ClassVar[float | None] = None
    irreversible: ClassVar[bool] = False
    each_attempt: ClassVar[bool] = False

    @property
    def name(self) -> str:
        """The name of the step, which is that of its key."""
        return self.key.name

    def already_done(self, run: Run) -> RecordT | None:  # noqa: ARG002  # for steps that can look
        """Look whether an earlier, interrupted run took effect. Returns its result, or None.

        The engine calls it before `run` when the step had begun before.
        """
        return None

    def outdated(self, run: Run) -> bool:  # noqa: ARG002  # for steps that depend on what others read
        """Whether a finished step must run again, because the data that it used has changed."""
        return False

    @abstractmethod
    def run(self, run: Run) -> RecordT:
        """Run the step. The returned record is stored as its checkpoint."""


class Compensable(ABC):
    """A step that can be undone when its job fails or is cancelled later.

    Compensations run in reverse order of the steps, under the same lease and with the same
    checkpoints. They are repeated until they succeed or raise StopWorkflow or Refused.
    """

    def already_compensated(self, run: Run) -> bool:  # noqa: ARG002  # for steps that can look
        """Look whether an earlier, interrupted compensation took effect.

        The engine calls it before `compensate` when the compensation had begun before.
        """
        return False

    @abstractmethod
    def compensate(self, run: Run) -> None:
        """Undo the step, which may have taken effect wholly, partly or not at all.

        `run.record` returns what the step has recorded, and `run.save` adds to it.
        """


@dataclass(frozen=True, kw_only=True)
class Texts:
    """The texts that operators read when the engine itself decides how a job ends."""

    cancelled: str
    interrupted: str
    out_of_time: str


@dataclass(frozen=True, kw_only=True)
class Workflow:
    """The steps in order, and what happens at the end.

    - `kind` is the kind of the workflow's jobs.
    - `upstreams` maps the name of an upstream to the first word of the error codes for its
      failures (`whmcs-unavailable`). The codes of all other upstreams begin with `own`.
    - `on_stopped` reports that the job failed or was cancelled. It is repeated until it succeeds
      or is refused.
    - `on_waiting` reports, at the first run that failed because of an upstream, what the job waits
      for. It is not repeated when it fails.
    - `result` makes the data that the job keeps when all steps are done.
    """

    kind: str
    steps: Sequence[Step[Any]]
    texts: Texts
    on_stopped: Callable[[Run], None]
    result: Callable[[Run], Data]
    on_waiting: Callable[[Run, LastError], None] = lambda _run, _error: None
    upstreams: Mapping[str, str] = field(default_factory=dict)
    own: str = "aws"

    def __post_init__(self) -> None:
        names = [step.name for step in self.steps]
        if len(set(names)) != len(names):
            msg = f"two steps of {self.kind} have one name"
            raise ValueError(msg)

    def prefix(self, upstream: str) -> str:
        """Return the first word of the error codes for an upstream."""
        return self.upstreams.get(upstream, self.own)
