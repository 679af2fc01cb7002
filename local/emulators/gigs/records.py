"""The records of each project."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from local.emulators.gigs.switches import Pace


@dataclass
class Due:
    """The time of an asynchronous step. It is fixed when the step is announced."""

    pace: Pace
    at: datetime | None = None
    polls_left: int = 0

    def reached(self, now: datetime) -> bool:
        """Whether the step is due (a failure is due at once, too)."""
        if self.pace == "after_seconds":
            return self.at is not None and now >= self.at
        if self.pace == "after_polls":
            return self.polls_left <= 0
        return self.pace in {"immediate", "fails"}

    @property
    def fails(self) -> bool:
        """Whether the step ends in a failure."""
        return self.pace == "fails"


@dataclass(kw_only=True)
class User:
    """A customer of the project; the e-mail address is unique among users that are not deleted."""

    id: str
    email: str
    full_name: str | None
    birthday: str | None
    preferred_locale: str
    metadata: dict[str, str]
    created_at: datetime
    status: str = "active"


@dataclass(kw_only=True)
class Address:
    """A user's postal address."""

    id: str
    user: str
    fields: dict[str, str | None]
    created_at: datetime


@dataclass(kw_only=True)
class Sim:
    """A SIM card or eSIM profile."""

    id: str
    iccid: str
    provider: str
    type: str
    created_at: datetime
    activation_code: str | None
    status: str = "inactive"
    user: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    profile_status: str = "unknown"
    profile_updated_at: datetime | None = None


@dataclass
class Period:
    """One period of a subscription or add-on."""

    number: int
    start: datetime
    end: datetime


@dataclass(kw_only=True)
class Subscription:
    """A line: user, plan and SIM."""

    id: str
    plan: str
    user: str
    created_at: datetime
    due: Due
    metadata: dict[str, str] = field(default_factory=dict)
    status: str = "pending"
    sim: str | None = None
    sim_shown: bool = True
    phone_number: str | None = None
    user_address: str | None = None
    period: Period | None = None
    activated_at: datetime | None = None
    canceled_at: datetime | None = None
    ended_at: datetime | None = None
    first_usage_at: datetime | None = None
    earliest_end_at: datetime | None = None
    cancellation: dict[str, Any] | None = None


@dataclass(kw_only=True)
class Change:
    """A change of a subscription's SIM or plan."""

    id: str
    subscription: str
    requested: dict[str, str | None]
    created_at: datetime
    scheduled_at: datetime | None
    due: Due
    status: str = "pending"
    sim: str | None = None
    sim_shown: bool = True
    plan: str | None = None
    applied_at: datetime | None = None
    failure_code: str | None = None


@dataclass(kw_only=True)
class SubscriptionAddon:
    """A top-up bought for a subscription."""

    id: str
    addon: str
    subscription: str
    user: str
    created_at: datetime
    due: Due
    status: str = "pending"
    period: Period | None = None
    activated_at: datetime | None = None
    canceled_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(kw_only=True)
class UsageBalance:
    """How much of one allowance is used; `limit` null means unlimited."""

    id: str
    allowance_id: str
    name: str
    type: str
    unit: str
    limit: int | None
    subscription: str
    usable_from: datetime
    usable_until: datetime
    subscription_period: int | None = None
    subscription_addon: str | None = None
    coverage: dict[str, Any] | None = None
    used: int = 0


@dataclass(kw_only=True)
class DayOfUsage:
    """What a subscription used on one UTC day."""

    subscription: str
    day: datetime
    data: int = 0
    voice: int = 0
    sms: int = 0
    country: str | None = None


RecordT = TypeVar("RecordT")


class Table(dict[str, RecordT], Generic[RecordT]):
    """Records by id in the order of creation."""

    def newest_first(self) -> list[RecordT]:
        """The order in which the API lists."""
        return list(reversed(self.values()))


@dataclass
class Project:
    """All records of one project. `tokens` are its API keys."""

    id: str
    tokens: set[str] = field(default_factory=set)
    plans: Table[dict[str, Any]] = field(default_factory=Table)
    addons: Table[dict[str, Any]] = field(default_factory=Table)
    users: Table[User] = field(default_factory=Table)
    addresses: Table[Address] = field(default_factory=Table)
    sims: Table[Sim] = field(default_factory=Table)
    subscriptions: Table[Subscription] = field(default_factory=Table)
    changes: Table[Change] = field(default_factory=Table)
    subscription_addons: Table[SubscriptionAddon] = field(default_factory=Table)
    usage_balances: Table[UsageBalance] = field(default_factory=Table)
    usage: list[DayOfUsage] = field(default_factory=list)
    devices: set[str] = field(default_factory=set)
