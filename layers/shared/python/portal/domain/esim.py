"""eSIM lines in words that no provider owns (GSMA SGP.22 where it has one)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class ReissueMode(StrEnum):
    """What a provider can do when a phone is lost."""

    SAME_LINE = "same-line"
    REPLACEMENT_ORDER = "replacement-order"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """What differs between providers.

    `idempotency`: `native` replays by our reference for `idempotency_ttl`; `client_ref` refuses
    a reference it has seen; `none` does neither.
    """

    provider: str
    reissue: ReissueMode
    top_up: bool
    asynchronous: bool
    idempotency: Literal["native", "client_ref", "none"]
    idempotency_ttl: timedelta | None
    max_ref_length: int


class LineState(StrEnum):
    """How an activation stands."""

    PENDING = "pending"
    ACTIVE = "active"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line at the provider: `line_id` is its handle, `iccid` is None until a SIM is allocated.

    `ref` is our own reference when the provider keeps one; `msisdn` is E.164.
    """

    line_id: str
    state: LineState
    ref: str | None = None
    iccid: str | None = None
    msisdn: str | None = field(default=None, repr=False)
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class Subscriber:
    """Who the line is for, as far as a provider must know."""

    user_id: str
    email: str = field(repr=False)
    full_name: str = field(repr=False)
    language: str = "en"


LONGEST_PLAN_ID = 64  # Gigs: ids are never longer


class EsimSettings(BaseModel):
    """`Product2.eSIM_Settings_JSON__c`: `{"version":1,"provider":{"gigs":{"plan":"pln_…"}}}`.

    What a provider needs is its own: another one's entry is not looked at.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    version: Literal[1]
    provider: Mapping[str, Mapping[str, Any]]

    def plan(self, provider: str) -> str | None:
        """The plan at one provider, if the product has one there."""
        plan = self.provider.get(provider, {}).get("plan")
        return plan if isinstance(plan, str) and 0 < len(plan) <= LONGEST_PLAN_ID else None


def read_settings(text: str | None) -> EsimSettings | None:
    """The settings of a product; None for one that is no eSIM.

    Raises ValueError when they are unreadable.
    """
    if not text or not text.strip():
        return None
    return EsimSettings.model_validate_json(text)


def as_record(line: Line) -> dict[str, Any]:
    """What a workflow keeps of a line: no number, no code."""
    return {"lineId": line.line_id, "state": str(line.state), "iccid": line.iccid}
