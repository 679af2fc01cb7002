"""The garbage collector, out of the way while something large is built."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Run the block without collections of cycles (reference counting goes on).

    A catalogue of thousands is hundreds of thousands of objects that stay; every full collection
    during its making looks at all of them and finds nothing.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
