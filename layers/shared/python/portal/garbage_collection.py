"""Pauses the garbage collector while many objects are created."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Run the block without collections of cycles. Reference counting continues.

    A catalogue of thousands of products has hundreds of thousands of objects that are kept. Every
    full collection while they are created would visit all of them and free nothing.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
