"""What an eSIM provider announces, as far as the portal listens."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class EsimEvent:
    """One announcement. It is a reason to look, never a fact: only the provider's API tells those.

    `event_id` is the provider's: the same for every delivery of one event. `lines` are the handles
    (`Line.line_id`) of the lines that it may be about; empty for an event that nobody waits for.
    """

    event_id: str
    type: str
    lines: tuple[str, ...] = ()
