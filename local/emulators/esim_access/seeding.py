"""The seed of `POST /_admin/seed` (see the module docstring of `emulator`)."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from local.emulators.esim_access.core import Core
from local.emulators.esim_access.lifecycle import Lifecycle
from local.emulators.esim_access.records import Bought, Due, Order, Package

GIGABYTE = 1_073_741_824


class _Seed(BaseModel):
    model_config = ConfigDict(extra="forbid", alias_generator=to_camel)


class SeedPackage(_Seed):
    """A data plan; `topsUp` (package codes of base plans) makes it a top-up, `stock` limits it."""

    package_code: str = Field(min_length=1)
    slug: str = Field(min_length=1)
    name: str
    price: int = Field(ge=0)
    volume: int = Field(default=GIGABYTE, ge=1)
    duration: int = Field(default=30, ge=1)
    location: str = "JP"
    data_type: int = Field(default=1, ge=1, le=4)
    sms_status: int = Field(default=0, ge=0, le=2)
    active_type: int = Field(default=1, ge=1, le=2)
    unused_valid_time: int = Field(default=180, ge=1)
    support_top_up_type: int = Field(default=2, ge=1, le=3)
    tops_up: tuple[str, ...] = ()
    stock: int | None = Field(default=None, ge=0)


class SeedLine(_Seed):
    """An order of one eSIM whose profile is allocated already."""

    package_code: str
    transaction_id: str


class Seed(_Seed):
    """Everything that can be seeded; `balance` is added to what is there."""

    balance: int = Field(default=0, ge=0)
    packages: list[SeedPackage] = Field(default_factory=list)
    lines: list[SeedLine] = Field(default_factory=list)
    webhook: str | None = Field(default=None, pattern=r"^https?://\S+$")


def load(core: Core, data: dict[str, Any]) -> None:
    """Add the seed to what is there; raises ValueError saying what is wrong."""
    seed = Seed.model_validate(data)
    _load_packages(core, seed)
    core.account.balance += seed.balance
    core.account.webhook = seed.webhook or core.account.webhook
    for line in seed.lines:
        _load_line(core, line)


def _load_packages(core: Core, seed: Seed) -> None:
    known = set(core.account.packages) | {package.package_code for package in seed.packages}
    for given in seed.packages:
        unknown = set(given.tops_up) - known
        if unknown:
            msg = f"{given.package_code} tops up packages that do not exist: {sorted(unknown)}"
            raise ValueError(msg)
        if given.tops_up and not given.package_code.startswith("TOPUP_"):
            msg = f"{given.package_code}: the code of a top-up starts with TOPUP_"
            raise ValueError(msg)
        fields = given.model_dump(exclude={"stock"})
        core.account.packages[given.package_code] = Package(**fields)
        if given.stock is not None:
            core.account.stock[given.package_code] = given.stock


def _load_line(core: Core, line: SeedLine) -> None:
    package = core.account.package(line.package_code)
    if package is None or package.is_top_up:
        msg = f"line {line.transaction_id!r} names a package that does not exist"
        raise ValueError(msg)
    order = Order(
        order_no=f"B{core.new_number()}",
        transaction_id=line.transaction_id,
        created_at=core.now(),
        items=[Bought(package, core.now())],
        due=Due("immediate", at=core.now(), polls_left=0),
    )
    core.account.orders[order.order_no] = order
    Lifecycle(core).settle()
