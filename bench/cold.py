"""Measures cold starts: the processor time of new processes that import an endpoint.

The kernel reports every child's user and system time (`wait4`), so waiting on a busy machine does
not count. A bare handler runs among the endpoints, and each figure is divided by the bare run next
to it, because a busy machine slows both down.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench import limits
from bench.environment import AWS, environment_of
from infra.endpoint_model import Endpoint
from infra.resource_names import Secret

GROUP = 4  # endpoints between two runs of the bare handler
BARE = "import bench.bare"
Progress = Callable[[str], None]


class ChildFailedError(Exception):
    """A module cannot be imported, or a composition root cannot be built."""


@dataclass(frozen=True, kw_only=True)
class ColdRow:
    """One endpoint's median of processor seconds, and its ratios to the bare handler.

    `first_use` includes building the dependencies and making every client.
    """

    endpoint: str
    salesforce: bool
    import_seconds: float
    import_ratio: float
    first_use_seconds: float
    first_use_ratio: float

    @property
    def limit(self) -> float:
        """The limit for `import_ratio`."""
        return limits.SALESFORCE_IMPORT if self.salesforce else limits.PLAIN_IMPORT


@dataclass(frozen=True)
class Cold:
    """The results of all endpoints, and the bare handler's median of processor seconds.

    `compiling_seconds` is the bare handler's time without bytecode, as in a Lambda whose assets
    have none.
    """

    bare_seconds: float
    rows: tuple[ColdRow, ...]
    compiling_seconds: float


def measure(
    endpoints: Sequence[Endpoint],
    *,
    rounds: int,
    progress: Progress = lambda _: None,
) -> Cold:
    """Measure each endpoint `rounds` times, in a new order in each round.

    Raises ChildFailedError, which names the endpoint.
    """
    runs = {endpoint.id: _Runs() for endpoint in endpoints}
    bare: list[float] = []
    compiling: list[float] = []
    _write_bytecode(endpoints)
    order = random.Random(1)  # noqa: S311  # an order of measuring, no secret
    for number in range(rounds):
        progress(f"cold start, round {number + 1} of {rounds}")
        compiling.append(_without_bytecode(BARE))
        shuffled = order.sample(list(endpoints), k=len(endpoints))
        for start in range(0, len(shuffled), GROUP):
            baseline = _child(BARE, AWS)
            bare.append(baseline)
            for endpoint in shuffled[start : start + GROUP]:
                runs[endpoint.id].add(endpoint, baseline)
    rows = tuple(runs[endpoint.id].row(endpoint) for endpoint in endpoints)
    return Cold(
        bare_seconds=statistics.median(bare),
        rows=rows,
        compiling_seconds=statistics.median(compiling),
    )


def uses_salesforce(endpoint: Endpoint) -> bool:
    """Whether the endpoint calls Salesforce, for which the limit is higher."""
    return Secret.SALESFORCE in endpoint.secrets


def clients_of(endpoint: Endpoint) -> list[str]:
    """Return the functions of `portal.aws` that the endpoint may call by its row."""
    wanted = {
        "dynamodb": bool(endpoint.tables),
        "sqs": bool(endpoint.sends) or endpoint.backs_off,
        "cognito": endpoint.user_pool,
        "secretsmanager": bool(endpoint.secrets),
    }
    return [name for name, used in wanted.items() if used]


class _Runs:
    """The measurements of one endpoint."""

    def __init__(self) -> None:
        self._imports: list[tuple[float, float]] = []
        self._first_uses: list[tuple[float, float]] = []

    def add(self, endpoint: Endpoint, baseline: float) -> None:
        environment = environment_of(endpoint)
        for code, found in (
            (_import(endpoint), self._imports),
            (_first_use(endpoint), self._first_uses),
        ):
            seconds = _child(code, environment)
            found.append((seconds, seconds / baseline))

    def row(self, endpoint: Endpoint) -> ColdRow:
        return ColdRow(
            endpoint=endpoint.id,
            salesforce=uses_salesforce(endpoint),
            import_seconds=statistics.median(seconds for seconds, _ in self._imports),
            import_ratio=statistics.median(ratio for _, ratio in self._imports),
            first_use_seconds=statistics.median(seconds for seconds, _ in self._first_uses),
            first_use_ratio=statistics.median(ratio for _, ratio in self._first_uses),
        )


def _import(endpoint: Endpoint) -> str:
    return f"import {endpoint.module}"


def _first_use(endpoint: Endpoint) -> str:
    return (
        "from bench.first_use import make_ready; "
        f"make_ready({endpoint.module!r}, {clients_of(endpoint)!r}, "
        f"salesforce={uses_salesforce(endpoint)})"
    )


def _write_bytecode(endpoints: Sequence[Endpoint]) -> None:
    """Import each endpoint once without measuring, so that no measured run compiles."""
    _child(BARE, AWS)
    for endpoint in endpoints:
        _child(_first_use(endpoint), environment_of(endpoint))


def _without_bytecode(code: str) -> float:
    """Return the processor seconds when every imported module must be compiled first."""
    with tempfile.TemporaryDirectory() as empty:
        environment = {"PYTHONPYCACHEPREFIX": empty, "PYTHONDONTWRITEBYTECODE": "1"}
        return _child(code, {**AWS, **environment})


def _child(code: str, environment: dict[str, str]) -> float:
    """Return the processor seconds of a new interpreter that runs `code`."""
    devnull = (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)
    pid = os.posix_spawn(
        sys.executable, [sys.executable, "-c", code], environment, file_actions=[devnull]
    )
    _, status, usage = os.wait4(pid, 0)
    if status != 0:
        msg = f"this failed in a fresh process (its error is above): {code}"
        raise ChildFailedError(msg)
    return usage.ru_utime + usage.ru_stime
