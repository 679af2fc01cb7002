"""A note of each stack that runs from this checkout, so that other commands find it.

`make run` writes `.local/running/<port>.json` when it is ready and removes it at the end;
`make demo` and `ops` read it. A note whose process has ended is ignored: a killed stack cannot
remove its own.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

NOTES = Path(__file__).parents[1] / ".local" / "running"


@contextmanager
def noted(front_url: str, notes: Path | None = None) -> Iterator[None]:
    """Keep a note of the stack of this process until the block ends."""
    notes = notes or NOTES
    notes.mkdir(parents=True, exist_ok=True)
    note = notes / f"{urlsplit(front_url).port}.json"
    unfinished = note.with_suffix(f".{os.getpid()}")
    content = {"frontUrl": front_url, "pid": os.getpid(), "readyAt": time.time()}
    unfinished.write_text(json.dumps(content), encoding="utf-8")
    unfinished.replace(note)
    try:
        yield
    finally:
        note.unlink(missing_ok=True)


def running_front_door(notes: Path | None = None) -> str | None:
    """Return the front door's URL of the stack that became ready last; None when none runs."""
    found = [note for path in (notes or NOTES).glob("*.json") if (note := _read(path)) is not None]
    if not found:
        return None
    newest = max(found, key=lambda note: float(note["readyAt"]))
    return str(newest["frontUrl"])


def _read(path: Path) -> dict[str, Any] | None:
    try:
        note: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        os.kill(int(note["pid"]), 0)
    except (OSError, ValueError, KeyError):
        return None
    return note
