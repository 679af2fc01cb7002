"""Checks of the demo; a failed check ends it with one sentence."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

import httpx

Result = TypeVar("Result")
POLL_SECONDS = 0.5


class DemoError(Exception):
    """A check of the demo failed; the message is shown to the person who runs it."""


def expect(condition: object, sentence: str) -> None:
    """Raise DemoError with `sentence` unless the condition holds."""
    if not condition:
        raise DemoError(sentence)


def expect_status(answer: httpx.Response, status: int, doing: str) -> dict[str, Any]:
    """Return the JSON object of an answer with that status. Raises DemoError with the problem."""
    if answer.status_code != status:
        raise DemoError(f"{doing} should give {status} and gave {_told(answer)}")
    body: dict[str, Any] = answer.json() if answer.content else {}
    return body


def wait_for(look: Callable[[], Result | None], *, seconds: float, sentence: str) -> Result:
    """Call `look` until it returns a value, and return that. Raises DemoError after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found is not None:
            return found
        if time.monotonic() > deadline:
            raise DemoError(sentence)
        time.sleep(POLL_SECONDS)


def _told(answer: httpx.Response) -> str:
    """Return status, slug and detail of a problem, or the start of another body."""
    try:
        problem = answer.json()
        words = f"{problem.get('type', '').rsplit('/', 1)[-1]}: {problem.get('detail', '')}"
        pointers = [
            f"{e.get('pointer', '')} {e.get('detail', '')}" for e in problem.get("errors", [])
        ]
        return f"{answer.status_code} ({'; '.join([words, *pointers])})"
    except (ValueError, AttributeError):
        return f"{answer.status_code} ({answer.text[:200]})"
