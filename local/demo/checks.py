"""How the demo stops: one clear sentence instead of a stack trace."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

import httpx

Result = TypeVar("Result")
POLL_SECONDS = 0.5


class DemoError(Exception):
    """Something is not as the business promises; the text is for whoever ran the demo."""


def expect(condition: object, sentence: str) -> None:
    """Raise DemoError with `sentence` unless the condition holds."""
    if not condition:
        raise DemoError(sentence)


def expect_status(answer: httpx.Response, status: int, doing: str) -> dict[str, Any]:
    """The JSON object of an answer with that status; DemoError quoting the problem otherwise."""
    if answer.status_code != status:
        raise DemoError(f"{doing} should give {status} and gave {_told(answer)}")
    body: dict[str, Any] = answer.json() if answer.content else {}
    return body


def wait_for(look: Callable[[], Result | None], *, seconds: float, sentence: str) -> Result:
    """Call `look` until it gives something; DemoError with `sentence` after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found is not None:
            return found
        if time.monotonic() > deadline:
            raise DemoError(sentence)
        time.sleep(POLL_SECONDS)


def _told(answer: httpx.Response) -> str:
    """Status, slug and detail of a problem, or the start of whatever came."""
    try:
        problem = answer.json()
        words = f"{problem.get('type', '').rsplit('/', 1)[-1]}: {problem.get('detail', '')}"
        pointers = [
            f"{e.get('pointer', '')} {e.get('detail', '')}" for e in problem.get("errors", [])
        ]
        return f"{answer.status_code} ({'; '.join([words, *pointers])})"
    except (ValueError, AttributeError):
        return f"{answer.status_code} ({answer.text[:200]})"
