"""The faults that an emulated vendor can be told to have.

A fault is matched before the emulator reads the request. Faults happen *before* or *after* the
vendor has committed the request. Both look the same to the caller, and the portal must tell them
apart.

| kind          | what the caller sees                                             | committed |
|---------------|------------------------------------------------------------------|-----------|
| `delay`       | the right answer, `seconds` later (phase `before` or `after`)    | yes       |
| `status`      | `status` with `body` (JSON or text) and `headers`                | no        |
| `html`        | `status` (default 503) with an HTML page                         | no        |
| `empty`       | `status` (default 200) with no body                              | no        |
| `reset`       | a TCP reset, nothing sent                                        | no        |
| `drop_answer` | the connection closes without an answer                          | yes       |
| `reset_after` | a TCP reset instead of the answer                                | yes       |
| `garble`      | the right status with the first half of the body                 | yes       |
| `replace`     | the work is done, then `status`/`body` is sent instead           | yes       |
| `hold`        | nothing until released (phase `before` or `after`)               | after: yes|

`delay` needs `seconds`, `status` and `replace` need `status`. `{request}` in a text of the `body`
of `status` stands for the values that the request sent, which vendors repeat in their messages.
"""

from __future__ import annotations

import asyncio
import itertools
import re
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, field_validator, model_validator

Kind = Literal[
    "delay",
    "status",
    "html",
    "empty",
    "reset",
    "drop_answer",
    "reset_after",
    "garble",
    "replace",
    "hold",
]


NEEDS: dict[Kind, tuple[str, ...]] = {
    "delay": ("seconds",),
    "status": ("status",),
    "replace": ("status",),
}
"""The parameters that a fault of each kind needs."""

Method = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


class Fault(BaseModel):
    """One rule: which requests it hits (`operation`, `method`, `path` regex), and how."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    operation: str | None = Field(default=None, description="the vendor's name of the operation")
    method: Method | None = None
    path: str | None = Field(default=None, description="regular expression searched in the path")
    body_contains: str | None = None
    skip: int = Field(default=0, ge=0, description="let this many matching requests pass first")
    times: int | None = Field(default=1, ge=1, description="null: until removed")
    phase: Literal["before", "after"] = "before"
    seconds: float = Field(default=0.0, ge=0, le=600)
    status: int | None = Field(default=None, ge=200, le=599)
    body: Any = None
    headers: dict[str, str] = Field(default_factory=dict)
    id: str = ""
    seen: int = 0
    hits: int = 0
    held: int = 0

    @field_validator("method", mode="before")
    @classmethod
    def _in_capitals(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value

    @field_validator("path")
    @classmethod
    def _is_a_pattern(cls, value: str | None) -> str | None:
        try:
            re.compile(value or "")
        except re.error as error:
            raise ValueError(f"{value!r} is no regular expression: {error}") from None
        return value

    @model_validator(mode="after")
    def _has_its_parameters(self) -> Self:
        for name in NEEDS.get(self.kind, ()):
            if not getattr(self, name):
                raise ValueError(f"a fault of kind {self.kind} needs {name!r}")
        return self

    _release: asyncio.Event = PrivateAttr(default_factory=asyncio.Event)

    def matches(self, *, operation: str, method: str, path: str, body: str) -> bool:
        """Whether the rule matches the request. The request is not counted."""
        return (
            (self.operation is None or self.operation.lower() == operation.lower())
            and (self.method is None or self.method == method)
            and (self.path is None or re.search(self.path, path) is not None)
            and (self.body_contains is None or self.body_contains in body)
        )

    def spend(self) -> bool:
        """Count a matching request. Returns whether the fault applies to it."""
        self.seen += 1
        if self.seen <= self.skip or self.exhausted:
            return False
        self.hits += 1
        return True

    @property
    def exhausted(self) -> bool:
        """Whether the fault has been applied `times` times."""
        return self.times is not None and self.hits >= self.times

    async def wait_for_release(self) -> None:
        """Hold the request until `release` is called."""
        self.held += 1
        try:
            await self._release.wait()
        finally:
            self.held -= 1

    def release(self) -> None:
        """Let every held request continue."""
        self._release.set()


QUOTED = "{request}"


def quoting(body: Any, values: str) -> Any:
    """Return a fault's body with the request's values in place of `{request}`."""
    match body:
        case str():
            return body.replace(QUOTED, values)
        case dict():
            return {name: quoting(value, values) for name, value in body.items()}
        case list():
            return [quoting(value, values) for value in body]
    return body


class Faults:
    """The active rules, in the order in which they were added; the first that applies wins."""

    def __init__(self) -> None:
        self._rules: dict[str, Fault] = {}
        self._ids = itertools.count(1)

    def add(self, fault: Fault) -> Fault:
        """Activate a rule and give it an id."""
        fault.id = f"fault-{next(self._ids)}"
        self._rules[fault.id] = fault
        return fault

    def take(self, *, operation: str, method: str, path: str, body: str) -> Fault | None:
        """Return the fault for this request, or None. The request is counted."""
        for rule in self._rules.values():
            applies = rule.matches(operation=operation, method=method, path=path, body=body)
            if applies and rule.spend():
                return rule
        return None

    def get(self, fault_id: str) -> Fault | None:
        """Return the rule with that id, or None."""
        return self._rules.get(fault_id)

    def remove(self, fault_id: str) -> bool:
        """Drop a rule and let its held requests continue. Returns False without such a rule."""
        rule = self._rules.pop(fault_id, None)
        if rule is not None:
            rule.release()
        return rule is not None

    def clear(self) -> None:
        """Drop all rules and let held requests continue."""
        for fault_id in list(self._rules):
            self.remove(fault_id)

    def as_json(self) -> list[dict[str, Any]]:
        """Return all rules with their counters."""
        return [rule.model_dump() for rule in self._rules.values()]
