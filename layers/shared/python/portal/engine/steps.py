"""How a workflow is written: a list of steps, each with a typed record of what it leaves.

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
    """What a step leaves for later steps and for its own retries: JSON, nothing personal.

    Keep in it only what is read later: all records of a job are one DynamoDB item (400 KB).
    Unknown fields are ignored, so that a job outlives a deployment.
    """

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="ignore", frozen=True
    )

    def as_data(self) -> dict[str, Any]:
        """Plain JSON values without those that are at their default."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)


RecordT = TypeVar("RecordT", bound=Record)


@dataclass(frozen=True)
class StepKey(Generic[RecordT]):
    """The name of a step, and the type of its record.

    The name is stored in jobs: never rename one while jobs are under way.
    """

    name: str
    model: type[RecordT]


class Run(Protocol):
    """What a step is given: the job so far, and the means to leave traces.

    `scratch` lives as long as this invocation: for what must not be stored.
    """

    scratch: dict[str, Any]

    @property
    def job(self) -> Job:
        """The job as last written."""
        ...

    def record(self, key: StepKey[RecordT]) -> RecordT | None:
        """What a step recorded so far; None when it has recorded nothing."""
        ...

    def result(self, key: StepKey[RecordT]) -> RecordT:
        """What a step recorded. Raises LookupError when it has recorded nothing (a defect)."""
        ...

    def done(self, key: StepKey[RecordT]) -> bool:
        """Whether a step has a result."""
        ...

    def save(self, record: Record, *, irreversible: bool | None = None) -> None:
        """Record intents or partial results of the step that runs, before going on.

        `irreversible=True` sets the point of no return, right before the first effect that cannot
        be undone; `irreversible=False` takes it back when it is certain that nothing happened.
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


class Step(ABC, Generic[RecordT]):
    """One step. It may be run again at any time: after a crash, a retry, or a duplicate message.

    - `key`: its name and the type of its record.
    - `seconds`: the longest that one run can take; it is not begun with less time left.
    - `good_for`: seconds for which its result may be relied on. An older one is renewed before a
      step acts on its strength. None: the result does not age.
    - `irreversible`: the step has an effect that cannot be undone (it says so by `run.save`).
      Before each of its runs, earlier results that have aged are renewed.
    - `each_attempt`: a new attempt does it again, because it reads what a person may have mended.
    """

    key: StepKey[RecordT]
    seconds: ClassVar[float]
    good_for: ClassVar[float | None] = None
    irreversible: ClassVar[bool] = False
    each_attempt: ClassVar[bool] = False

    @property
    def name(self) -> str:
        """The key's name."""
        return self.key.name

    def already_done(self, run: Run) -> RecordT | None:  # noqa: ARG002  # for steps that can look
        """Look whether an earlier, interrupted run took effect; its result, or None.

        Called before `run`, when the step had begun before.
        """
        return None

    def outdated(self, run: Run) -> bool:  # noqa: ARG002  # for steps that depend on what others read
        """Whether a finished step is to begin anew, because what it was done for has changed."""
        return False

    @abstractmethod
    def run(self, run: Run) -> RecordT:
        """Do it; what it returns is the checkpoint."""


class Compensable(ABC):
    """A step that can be undone when its job fails or is cancelled later.

    Compensations run in reverse order of the steps, under the same lease and with the same
    checkpoints. They are repeated until they succeed or raise StopWorkflow or Refused.
    """

    def already_compensated(self, run: Run) -> bool:  # noqa: ARG002  # for steps that can look
        """Look whether an earlier, interrupted compensation took effect.

        Called before `compensate`, when the compensation had begun before.
        """
        return False

    @abstractmethod
    def compensate(self, run: Run) -> None:
        """Undo the step, which may have taken effect wholly, partly or not at all.

        `run.record` has what the step left, `run.save` adds to it.
        """


@dataclass(frozen=True, kw_only=True)
class Texts:
    """What operators read about endings that the engine itself decides."""

    cancelled: str
    interrupted: str
    out_of_time: str


@dataclass(frozen=True, kw_only=True)
class Workflow:
    """The steps in order, and what belongs to the end.

    - `kind` is the job's kind.
    - `upstreams` maps the names of upstreams to the first word of the error codes that stand for
      their failures (`whmcs-unavailable`); what is not named there is the portal's own (`aws`).
    - `on_stopped` tells the outside world that the job failed or was cancelled; it is repeated
      until it went through or was refused.
    - `on_waiting` tells it, at the first try that failed because of an upstream, what the job
      waits for. That is a courtesy, and is not repeated when it fails.
    - `result` is kept on the job when all steps are done.
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
        """The first word of the error codes for an upstream."""
        return self.upstreams.get(upstream, self.own)
