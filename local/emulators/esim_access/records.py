"""The records of one merchant's account."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from local.emulators.esim_access.switches import Pace

ENDED = frozenset({"CANCEL", "REVOKE", "UNUSED_EXPIRED", "USED_EXPIRED"})
DAY_PASS = 2


@dataclass
class Due:
    """The time at which an order's profiles are allocated. It is fixed with the order."""

    pace: Pace
    at: datetime
    polls_left: int

    def reached(self, now: datetime) -> bool:
        """Whether it is time (a failure is due at once, too)."""
        if self.pace == "after_seconds":
            return now >= self.at
        if self.pace == "after_polls":
            return self.polls_left <= 0
        return self.pace in {"immediate", "fails"}


@dataclass(frozen=True, kw_only=True)
class Package:
    """A data plan, or a top-up plan with the base plans (`tops_up`, package codes) it fits."""

    package_code: str
    slug: str
    name: str
    price: int
    volume: int
    duration: int
    location: str
    data_type: int = 1
    sms_status: int = 0
    active_type: int = 1
    unused_valid_time: int = 180
    support_top_up_type: int = 2
    tops_up: tuple[str, ...] = ()

    @property
    def is_top_up(self) -> bool:
        """Whether it is bought by `esim/topup` only."""
        return bool(self.tops_up)


@dataclass(frozen=True)
class Bought:
    """A package as it was bought: `period_num` days for a day pass."""

    package: Package
    at: datetime
    period_num: int | None = None

    @property
    def price(self) -> int:
        """The paid price, times 10 000."""
        return self.package.price * (self.period_num or 1)

    @property
    def days(self) -> int:
        """The number of days that it adds to the validity."""
        return self.period_num or self.package.duration


@dataclass(kw_only=True)
class Profile:
    """One eSIM."""

    esim_tran_no: str
    order_no: str
    transaction_id: str
    iccid: str
    imsi: str
    msisdn: str
    activation_code: str
    bought: list[Bought]
    created_at: datetime
    expires_at: datetime
    smdp_status: str = "RELEASED"
    esim_status: str = "GOT_RESOURCE"
    before_suspension: str = ""
    eid: str = ""
    activated_at: datetime | None = None
    total_volume: int = 0
    usage: int = 0
    usage_at: datetime | None = None
    announced: set[str] = field(default_factory=set)

    @property
    def total_days(self) -> int:
        """Validity in days, top-ups included."""
        return sum(bought.days for bought in self.bought)

    @property
    def ended(self) -> bool:
        """Whether the eSIM has ended for good."""
        return self.esim_status in ENDED

    def prolong(self, days: int) -> None:
        """Add the days of a top-up, if the validity has started."""
        if self.activated_at is not None:
            self.expires_at += timedelta(days=days)


@dataclass(kw_only=True)
class Order:
    """An order: `items` are one per eSIM; `profiles` are their numbers once allocated."""

    order_no: str
    transaction_id: str
    created_at: datetime
    items: list[Bought]
    due: Due
    status: str = "GETTING_RESOURCE"
    profiles: list[str] = field(default_factory=list)

    @property
    def amount(self) -> int:
        """The paid price, times 10 000."""
        return sum(item.price for item in self.items)


@dataclass(frozen=True, kw_only=True)
class TopUp:
    """A top-up that was carried out, with the answer that was given."""

    transaction_id: str
    esim_tran_no: str
    package_code: str
    price: int
    at: datetime
    answer: dict[str, Any]


@dataclass
class Account:
    """All records of one merchant. `balance` is times 10 000. `stock` counts the profiles left."""

    access_code: str
    secret_key: str
    balance: int = 0
    webhook: str | None = None
    packages: dict[str, Package] = field(default_factory=dict)
    stock: dict[str, int] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    profiles: dict[str, Profile] = field(default_factory=dict)
    top_ups: list[TopUp] = field(default_factory=list)

    def package(self, code: str) -> Package | None:
        """Return the package with that code or slug, or None."""
        if code in self.packages:
            return self.packages[code]
        for package in self.packages.values():
            if package.slug == code and not package.is_top_up:
                return package
        return None

    def top_up(self, code: str) -> Package | None:
        """Return the top-up plan with that package code or slug, or None."""
        for package in self.packages.values():
            if package.is_top_up and code in (package.package_code, package.slug):
                return package
        return None
