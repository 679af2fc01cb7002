"""One running stack for all tests of a session that need it, whichever folder they are in."""

from __future__ import annotations

import functools
import shutil
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import TypeVar

import pytest

from local.context import StackContext
from local.stack.ministack import Ministack
from local.stack.settings import TEST_LOGS, Settings

T = TypeVar("T")

KEPT_LOGS = 5

_open = ExitStack()


@functools.cache
def _shared() -> StackContext:
    # Only a session that needs the stack pays for importing all of it.
    from local.stack.session import running  # noqa: PLC0415

    _forget_old_logs()
    return _open.enter_context(running(Settings.for_tests()))


def _forget_old_logs() -> None:
    TEST_LOGS.mkdir(parents=True, exist_ok=True)
    sessions = sorted(TEST_LOGS.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in sessions[KEPT_LOGS:]:
        shutil.rmtree(old, ignore_errors=True)


@pytest.fixture(scope="session")
def stack(request: pytest.FixtureRequest) -> StackContext:
    """The whole stack on free ports, started once; its state is shared by all tests."""
    # conftest.py of several folders import this fixture, and each copy would start its own.
    request.config.add_cleanup(_open.close)
    return _shared()


@pytest.fixture(scope="session")
def aws(stack: StackContext) -> Ministack:
    """Clients for the stack's AWS."""
    return Ministack(stack.aws_endpoint)


def eventually(look: Callable[[], T | None], *, within: float = 20.0) -> T:
    """What `look` returns as soon as it is truthy; fails with its last answer after `within` s."""
    deadline = time.monotonic() + within
    pause = threading.Event()
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, f"still {found!r} after {within:.0f} s"
        pause.wait(0.1)
