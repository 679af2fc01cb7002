"""A hold that tells when a request has arrived in it, and when the caller has hung up."""

from __future__ import annotations

import threading
from typing import Any, Literal

from pydantic import PrivateAttr

from local.emulators.kit.emulator import Emulator
from local.emulators.kit.faults import Fault


class Hold(Fault):
    """As `Fault(kind="hold")`, with events for another thread."""

    kind: Literal["hold"] = "hold"

    _arrived: threading.Event = PrivateAttr(default_factory=threading.Event)
    _left: threading.Event = PrivateAttr(default_factory=threading.Event)

    async def wait_for_release(self) -> None:
        """Tell, wait, tell."""
        self._arrived.set()
        try:
            await super().wait_for_release()
        finally:
            self._left.set()

    def arrived(self, seconds: float = 20.0) -> bool:
        """Wait for a request; False when none came."""
        return self._arrived.wait(seconds)

    def left(self, seconds: float = 20.0) -> bool:
        """Wait until the request is held no more; False when it still is."""
        return self._left.wait(seconds)


def hold(emulator: Emulator[Any], operation: str, *, skip: int, phase: str) -> Hold:
    """Hold the request of that operation that comes after `skip` others."""
    fault = Hold.model_validate({"operation": operation, "skip": skip, "phase": phase})
    emulator.faults.add(fault)
    return fault
