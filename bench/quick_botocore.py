"""Botocore that reads the description of a service once in a process.

Each session of boto3 reads it anew, which takes most of the processor time of a client's creation.
Sessions come and go in tests and simulations with every account that begins anew.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from typing import Any

from botocore.loaders import Loader


@functools.cache
def quicken() -> None:
    """Let loaders that look in the same places share what they have read, from now on."""
    read: defaultdict[tuple[str, ...], dict[Any, Any]] = defaultdict(dict)
    begin = Loader.__init__

    @functools.wraps(begin)
    def begin_with_what_is_read(loader: Any, *args: Any, **more: Any) -> None:
        begin(loader, *args, **more)
        loader._cache = read[tuple(loader.search_paths)]

    Loader.__init__ = begin_with_what_is_read  # type: ignore[assignment, method-assign]  # that is the purpose
