"""eSIM lines in words that no provider owns (GSMA SGP.22 where it has one)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from portal.domain.money import Money


class ReissueMode(StrEnum):
    """What a provider can do when a phone is lost."""

    SAME_LINE = "same-line"
    REPLACEMENT_ORDER = "replacement-order"
    NONE = "none"


Idempotency = Literal["native", "client_ref", "none"]
"""What a provider does with a request whose reference it has seen: `native` answers with the first
one's outcome, `client_ref` refuses it, `none` carries it out again."""


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """What differs between providers, for the code that must act differently.

    - `reissue`: `same-line` keeps line, number and plan; `replacement-order` buys another line, and
      what is left on the old one is lost; the caller ends the old line afterwards.
    - `idempotency`, `idempotency_ttl`: of activations and reissues; a `native` one without a limit
      in time has the ttl None. `top_up_idempotency`: of top-ups, for the same time.
    - `max_ref_length`: the longest reference, in characters.
    - `needs_subscriber`: lines belong to a customer record; without it `subscribe` makes none.
    - `needs_eid`: activation and reissue need the EID of the phone.
    - `activation_codes`: lines have one; without them the profile reaches the phone by its EID.
    - `batch_size`: the most lines that one call of `usage` takes.
    """

    provider: str
    reissue: ReissueMode
    top_up: bool
    asynchronous: bool
    idempotency: Idempotency
    idempotency_ttl: timedelta | None
    top_up_idempotency: Idempotency
    max_ref_length: int
    needs_subscriber: bool
    needs_eid: bool
    activation_codes: bool
    batch_size: int

    def check_batch(self, line_ids: Sequence[str]) -> None:
        """Raise ValueError for more lines than one call takes."""
        if len(line_ids) > self.batch_size:
            msg = f"{self.provider} tells the usage of at most {self.batch_size} lines a call"
            raise ValueError(msg)


class LineState(StrEnum):
    """How a line stands. `suspended` carries no traffic, but can come back."""

    PENDING = "pending"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"


class ProfileState(StrEnum):
    """Where the profile of a line is (GSMA SGP.22). `unknown`: the provider does not tell."""

    RELEASED = "released"
    DOWNLOADED = "downloaded"
    INSTALLED = "installed"
    ENABLED = "enabled"
    DISABLED = "disabled"
    DELETED = "deleted"
    UNKNOWN = "unknown"

    @property
    def reached_a_phone(self) -> bool:
        """Whether a phone has, or had, the profile: its activation code is then used up."""
        return self not in (ProfileState.RELEASED, ProfileState.UNKNOWN)


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line at the provider: `line_id` is its handle, `iccid` is None until a SIM is allocated.

    The handle of a pending line may be replaced by another one: keep the newest. It travels in
    queue messages and logs, so it is never a phone number. `ref` is our own reference when the
    provider keeps one; `msisdn` is E.164. What the answer did not hold is None: `plan`, `profile`,
    `expires_at`, `data_total` (the bytes bought so far, top-ups included) and `period_ends` (when
    the current period of a line that renews is over).
    """

    line_id: str
    state: LineState
    ref: str | None = None
    iccid: str | None = None
    msisdn: str | None = field(default=None, repr=False)
    reason: str | None = None
    plan: str | None = None
    profile: ProfileState | None = None
    expires_at: datetime | None = None
    data_total: int | None = None
    period_ends: datetime | None = None


class ChangeState(StrEnum):
    """How a reissue or a top-up stands at the provider."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Reissue:
    """Another profile for a line. `line_id` and `iccid` are those of the line to use from then on.

    Both are None while they are not known. A `replacement-order` gives another `line_id`.
    """

    reissue_id: str
    state: ChangeState
    line_id: str | None = None
    iccid: str | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class TopUp:
    """More data on a line; `top_up_id` is None when only the line's total shows it."""

    state: ChangeState
    top_up_id: str | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class Trace:
    """What is recorded before a reissue or top-up is asked for, to find its effect afterwards.

    `since`: aware, the time before the first request. `iccid_before`: the line's ICCID then.
    `change_id`: the provider's id, once an answer gave one. `earlier`: provider's ids of other
    reissues or top-ups of the same line, which are not the one that is looked for.
    """

    ref: str
    line_id: str
    since: datetime
    iccid_before: str | None = None
    change_id: str | None = None
    earlier: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class TopUpTrace(Trace):
    """The same for a top-up.

    `data_before`: `Line.data_total` before the first request. `data_added`: `Offer.data_bytes`.
    A provider that lists top-ups needs neither.
    """

    offer_id: str
    data_before: int | None = None
    data_added: int | None = None


@dataclass(frozen=True)
class Validity:
    """How long something lasts."""

    unit: Literal["day", "month"]
    count: int


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A top-up that the provider sells for a plan, at the provider's price for us.

    `data_bytes` None is unlimited; `validity` None lasts as long as the line's period.
    """

    offer_id: str
    name: str
    data_bytes: int | None
    validity: Validity | None
    cost: Money


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Data of a line in bytes; `limit` None is unlimited; `as_of` when the provider counted."""

    used: int
    limit: int | None
    as_of: datetime | None = None

    @property
    def remaining(self) -> int | None:
        """What is left in bytes; None is unlimited."""
        return None if self.limit is None else max(self.limit - self.used, 0)


@dataclass(frozen=True, kw_only=True)
class Subscriber:
    """Who the line is for, as far as a provider must know."""

    user_id: str
    email: str = field(repr=False)
    full_name: str = field(repr=False)
    language: str = "en"


LONGEST_PLAN_ID = 64  # Gigs: ids are never longer; eSIM Access: package codes and slugs are short


class EsimSettings(BaseModel):
    """`Product2.eSIM_Settings_JSON__c`.

    `{"version":1,"provider":{"gigs":{"plan":"pln_…"},"esim_access":{"plan":"JP_10_30"}}}`: the plan
    of each provider that sells the product. Another provider's entry is not looked at. An entry's
    `topUps` are those that customers can buy (`portal.domain.topup`).
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
