"""Events of eSIM providers that the portal uses."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class EsimEvent:
    """One event. It only makes a job look earlier; the facts come from the provider's API.

    `event_id` is the provider's id, the same for every delivery of one event. `lines` are the ids
    (`Line.line_id`) of the lines that it may be about; it is empty when no job can wait for it.
    """

    event_id: str
    type: str
    lines: tuple[str, ...] = ()
