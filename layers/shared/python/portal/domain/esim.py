"""eSIM lines in terms that are independent of the provider (GSMA SGP.22 where it has one)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from portal.domain.money import Money


class ReissueMode(StrEnum):
    """How a provider can replace an eSIM, for example when a phone is lost."""

    SAME_LINE = "same-line"
    REPLACEMENT_ORDER = "replacement-order"
    NONE = "none"


Idempotency = Literal["native", "client_ref", "none"]
"""What a provider does with a request whose reference it has seen before.

`native` answers with the outcome of the first request, `client_ref` refuses the second one, and
`none` carries it out again.
"""


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """The differences between providers that callers must handle.

    - `reissue`: `same-line` keeps line, number and plan. `replacement-order` buys another line; the
      rest of the old one is lost, and the caller ends the old line afterwards.
    - `idempotency`, `idempotency_ttl`: for activations and reissues. A ttl of None with `native`
      means no time limit. `top_up_idempotency`: for top-ups, with the same ttl.
    - `max_ref_length`: the longest reference, in characters.
    - `needs_subscriber`: lines belong to a customer record. Otherwise `subscribe` creates none.
    - `needs_eid`: activation and reissue need the EID of the phone.
    - `activation_codes`: lines have one. Otherwise the profile reaches the phone by its EID.
    - `batch_size`: the largest number of lines for one call of `usage`.
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
        """Raise ValueError for more lines than one call accepts."""
        if len(line_ids) > self.batch_size:
            msg = f"{self.provider} tells the usage of at most {self.batch_size} lines a call"
            raise ValueError(msg)


class LineState(StrEnum):
    """The state of a line. A `suspended` line carries no traffic and can be resumed."""

    PENDING = "pending"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"


class ProfileState(StrEnum):
    """The state of a line's profile (GSMA SGP.22); `unknown` if the provider does not tell."""

    RELEASED = "released"
    DOWNLOADED = "downloaded"
    INSTALLED = "installed"
    ENABLED = "enabled"
    DISABLED = "disabled"
    DELETED = "deleted"
    UNKNOWN = "unknown"

    @property
    def reached_a_phone(self) -> bool:
        """Whether a phone has or had the profile, so that its activation code is used up."""
        return self not in (ProfileState.RELEASED, ProfileState.UNKNOWN)


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line at the provider. `iccid` is None until a SIM is allocated.

    The provider may replace the `line_id` of a pending line, so keep the newest one. Queue
    messages and logs hold it, so it is never a phone number. `ref` is the portal's reference when
    the provider keeps one. `msisdn` is E.164. `data_total` is the number of bytes bought so far,
    including top-ups. `period_ends` is the end of the current period of a line that renews.
    `sim_id` is the provider's own id of the eSIM, where further reads need it. Values that the
    answer does not hold are None.
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
    sim_id: str | None = None


class ChangeState(StrEnum):
    """The state of a reissue or a top-up at the provider."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Reissue:
    """Another profile for a line. `line_id` and `iccid` are those of the new profile.

    Both are None while they are unknown. A `replacement-order` gives another `line_id`.
    """

    reissue_id: str
    state: ChangeState
    line_id: str | None = None
    iccid: str | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class TopUp:
    """More data for a line. `top_up_id` is None when the provider has no id for it."""

    state: ChangeState
    top_up_id: str | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class Trace:
    """The data that a caller records before a reissue or top-up, to find its effect afterwards.

    `since` is the time before the first request, with a time zone. `iccid_before` is the line's
    ICCID at that time. `change_id` is the provider's id, once an answer has named it. `earlier`
    are the provider's ids of other reissues or top-ups of the same line.
    """

    ref: str
    line_id: str
    since: datetime
    iccid_before: str | None = None
    change_id: str | None = None
    earlier: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class TopUpTrace(Trace):
    """The trace of a top-up.

    `data_before` is `Line.data_total` before the first request, and `data_added` is
    `Offer.data_bytes`. A provider that lists top-ups needs neither.
    """

    offer_id: str
    data_before: int | None = None
    data_added: int | None = None


@dataclass(frozen=True)
class Validity:
    """The validity of an offer as a number of days or months."""

    unit: Literal["day", "month"]
    count: int


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A top-up that the provider sells for a plan. `cost` is what the reseller pays.

    A `data_bytes` of None is unlimited. A `validity` of None lasts for the line's period.
    """

    offer_id: str
    name: str
    data_bytes: int | None
    validity: Validity | None
    cost: Money


@dataclass(frozen=True, kw_only=True)
class Usage:
    """The data usage of a line in bytes. A `limit` of None is unlimited.

    `as_of` is when the provider counted.
    """

    used: int
    limit: int | None
    as_of: datetime | None = None

    @property
    def remaining(self) -> int | None:
        """The bytes that are left; None when unlimited."""
        return None if self.limit is None else max(self.limit - self.used, 0)


@dataclass(frozen=True, kw_only=True)
class Overview:
    """What a provider tells about a line together with other lines. None: it does not tell."""

    state: LineState | None = None
    usage: Usage | None = None
    expires_at: datetime | None = None
    period_ends: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Subscriber:
    """The customer of a line, with the data that a provider needs."""

    user_id: str
    email: str = field(repr=False)
    full_name: str = field(repr=False)
    language: str = "en"


SHOWN_DIGITS = 4
LONGEST_PLAN_ID = 64  # longer than any id of Gigs and any package code or slug of eSIM Access


class EsimSettings(BaseModel):
    """`Product2.eSIM_Settings_JSON__c`.

    `{"version":1,"provider":{"gigs":{"plan":"pln_…"},"esim_access":{"plan":"JP_10_30"}}}` names the
    plan of each provider that sells the product. Entries of other providers are ignored. An
    entry's `topUps` are the top-ups that customers can buy (`portal.domain.topup`).
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    version: Literal[1]
    provider: Mapping[str, Mapping[str, Any]]

    def plan(self, provider: str) -> str | None:
        """Return the product's plan at one provider; None when it has none there."""
        plan = self.provider.get(provider, {}).get("plan")
        return plan if isinstance(plan, str) and 0 < len(plan) <= LONGEST_PLAN_ID else None


def read_settings(text: str | None) -> EsimSettings | None:
    """Return the eSIM settings of a product; None for a product without an eSIM.

    Raises ValueError when they cannot be parsed.
    """
    if not text or not text.strip():
        return None
    return EsimSettings.model_validate_json(text)


def iccid_ending(iccid: str | None) -> str:
    """Return the last four digits of an ICCID, by which a customer tells lines apart; or "".

    A 19-digit ICCID may be padded with an F (SGP.22).
    """
    digits = (iccid or "").rstrip("Ff")
    return digits[-SHOWN_DIGITS:] if digits.isdecimal() else ""


def as_record(line: Line) -> dict[str, Any]:
    """Return the data of a line that a workflow stores, without phone number and code."""
    return {"lineId": line.line_id, "state": str(line.state), "iccid": line.iccid}
