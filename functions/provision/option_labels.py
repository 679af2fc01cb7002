"""Compares labels of options without storing long ones.

A label may have hundreds of bytes, and an order thousands of options. The stored forms must fit
into one DynamoDB item.
"""

from __future__ import annotations

import hashlib
import re

LONGEST_KEPT = 24
_DIGEST = "#"
_YES = frozenset({"1", "yes", "on", "true"})
_COUNT = re.compile(r"^(\d+)(?:\s*[x\u00d7].*)?$", re.IGNORECASE)


def kept(label: str) -> str:
    """Return the stored form of a label: a short label itself, else digests of its variants."""
    if len(label.encode()) <= LONGEST_KEPT and not label.startswith(_DIGEST):
        return label
    return _DIGEST + _DIGEST.join(sorted(_digest(way) for way in _ways(label)))


def is_shown_as(expected: str, shown: str | None) -> bool:
    """Whether WHMCS shows the option that was ordered. `expected` is a result of `kept`.

    WHMCS shows a choice by its label, which may have the form `internal|shown`. It shows a yes/no
    option as `Yes` or `1`, and a quantity as `2` or `2 x Label`.
    """
    if shown is None:
        return False
    theirs = _ways(shown)
    if expected.startswith(_DIGEST):
        return not {_digest(way) for way in theirs}.isdisjoint(expected.split(_DIGEST))
    if not _ways(expected).isdisjoint(theirs):
        return True
    if expected == "1" and not theirs.isdisjoint(_YES):
        return True
    counted = _COUNT.match(shown.strip())
    return counted is not None and counted.group(1) == expected.strip()


def _ways(text: str) -> set[str]:
    parts = {" ".join(part.split()).casefold() for part in (text, *text.split("|"))}
    return parts - {""}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
