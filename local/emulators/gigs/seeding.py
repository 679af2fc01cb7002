"""The seed of `POST /_admin/seed` (see the module docstring of `emulator`)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from local.emulators.gigs.core import Core
from local.emulators.gigs.lifecycle import Lifecycle
from local.emulators.gigs.records import Due, Project, Subscription, User
from local.emulators.gigs.values import new_id, timestamp
from local.emulators.gigs.webhooks import Endpoint


class _Seed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Allowances(_Seed):
    dataBytes: int | None = 0  # noqa: N815  # the API's own name
    voiceSeconds: int | None = 0  # noqa: N815  # the API's own name
    smsMessages: int | None = 0  # noqa: N815  # the API's own name


class _Price(_Seed):
    amount: int = Field(ge=0)
    currency: str = Field(pattern=r"^[A-Z]{3}$")


class _PlanValidity(_Seed):
    type: str = "recurring"
    unit: Literal["day", "week", "month", "year"] = "month"
    value: int = Field(default=1, ge=1)
    minimumPeriods: int = Field(default=1, ge=1)  # noqa: N815  # the API's own name


class _AddonValidity(_Seed):
    unit: Literal["day", "month"]
    value: int = Field(ge=1)


class SeedPlan(_Seed):
    """A plan; only `name` is needed. Null allowances are unlimited, 0 is none."""

    id: str = Field(default_factory=lambda: new_id("pln_"), max_length=64)
    name: str
    description: str | None = None
    provider: str = "test"
    status: Literal["available", "archived", "pending", "draft"] = "available"
    simTypes: list[Literal["eSIM", "pSIM"]] = Field(default=["eSIM"])  # noqa: N815  # the API's own name
    allowances: _Allowances = Field(default_factory=_Allowances)
    price: _Price = Field(default_factory=lambda: _Price(amount=0, currency="USD"))
    validity: _PlanValidity = Field(default_factory=_PlanValidity)
    requirements: dict[str, str] = Field(default_factory=dict)
    coverage: dict[str, Any] | None = None
    metadata: dict[str, str] = Field(default_factory=dict)


class SeedAddon(_Seed):
    """An add-on; `plans` lists the ids of the plans that it goes with."""

    id: str = Field(default_factory=lambda: new_id("add_"), max_length=64)
    name: str
    description: str | None = None
    provider: str = "test"
    status: Literal["draft", "available", "archived"] = "available"
    plans: list[str]
    allowances: _Allowances = Field(default_factory=_Allowances)
    price: _Price = Field(default_factory=lambda: _Price(amount=0, currency="USD"))
    validity: _AddonValidity | None = None
    coverage: dict[str, Any] | None = None
    metadata: dict[str, str] = Field(default_factory=dict)


class SeedUser(_Seed):
    """A user."""

    id: str = Field(default_factory=lambda: new_id("usr_"), max_length=64)
    email: str
    fullName: str | None = None  # noqa: N815  # the API's own name
    birthday: str | None = None
    metadata: dict[str, str] = Field(default_factory=dict)


class SeedSubscription(_Seed):
    """A subscription that is active already, with a new eSIM."""

    id: str = Field(default_factory=lambda: new_id("sub_"), max_length=64)
    plan: str
    user: str
    metadata: dict[str, str] = Field(default_factory=dict)


class SeedProject(_Seed):
    """A project and one more API key for it."""

    id: str
    token: str


class Seed(_Seed):
    """Everything that can be seeded; records go into `project` (the first one when omitted)."""

    projects: list[SeedProject] = Field(default_factory=list)
    project: str | None = None
    plans: list[SeedPlan] = Field(default_factory=list)
    addons: list[SeedAddon] = Field(default_factory=list)
    users: list[SeedUser] = Field(default_factory=list)
    subscriptions: list[SeedSubscription] = Field(default_factory=list)
    devices: list[str] = Field(default_factory=list)
    webhooks: list[dict[str, Any]] = Field(default_factory=list)


def load(core: Core, data: dict[str, Any]) -> None:
    """Add the seed to what is there; raises ValueError saying what is wrong."""
    seed = Seed.model_validate(data)
    endpoints = [Endpoint.parse(webhook) for webhook in seed.webhooks]
    for given in seed.projects:
        core.projects.setdefault(given.id, Project(given.id)).tokens.add(given.token)
    name = seed.project or next(iter(core.projects))
    if name not in core.projects:
        msg = f"there is no project {name!r}; seed it in projects first"
        raise ValueError(msg)
    project = core.projects[name]
    _load_catalogue(core, project, seed)
    project.devices.update(seed.devices)
    for user in seed.users:
        project.users[user.id] = User(
            id=user.id,
            email=user.email,
            full_name=user.fullName,
            birthday=user.birthday,
            preferred_locale="en-US",
            metadata=user.metadata,
            created_at=core.now(),
        )
    for endpoint in endpoints:
        core.webhooks.add_endpoint(endpoint)
    for line in seed.subscriptions:
        _load_subscription(core, project, line)


def _load_catalogue(core: Core, project: Project, seed: Seed) -> None:
    created = {"createdAt": timestamp(core.now())}
    for plan in seed.plans:
        project.plans[plan.id] = {"object": "plan", **plan.model_dump(), **_PLAN, **created}
    for addon in seed.addons:
        unknown = set(addon.plans) - set(project.plans)
        if unknown:
            msg = f"add-on {addon.name!r} names plans that do not exist: {sorted(unknown)}"
            raise ValueError(msg)
        project.addons[addon.id] = {"object": "addon", **addon.model_dump(), **_ADDON, **created}


def _load_subscription(core: Core, project: Project, line: SeedSubscription) -> None:
    if line.plan not in project.plans or line.user not in project.users:
        msg = f"subscription {line.id!r} names a plan or user that does not exist"
        raise ValueError(msg)
    subscription = Subscription(
        id=line.id,
        plan=line.plan,
        user=line.user,
        created_at=core.now(),
        due=Due("immediate"),
        metadata=line.metadata,
    )
    project.subscriptions[subscription.id] = subscription
    Lifecycle(core).activate(project, subscription, core.now())


_PLAN = {
    "activationTrigger": "creation",
    "firstPeriodTrigger": "activation",
    "image": None,
    "limits": {"dataBytes": None, "bandwidthBitsPerSecond": None, "throttling": None},
}
_ADDON = {"activationTrigger": "creation", "recurrenceType": "oneTime", "type": "topUp"}
