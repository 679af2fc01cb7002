"""The input of each operation, as documented in the API reference."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from local.emulators.gigs.strict import Email, Input, Metadata, Query, Text


def _is_date(value: str) -> str:
    date.fromisoformat(value)
    return value


Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$"), AfterValidator(_is_date)]
Amount = Annotated[int, Field(ge=0)]


class Nothing(Input):
    """An operation without parameters."""


class NoQuery(Query):
    """An operation without query parameters."""


class Page(Query):
    """Cursor pagination: `after` and `before` are ids and exclude each other."""

    after: str | None = None
    before: str | None = None
    limit: int = Field(default=10, ge=0, le=200)


class ListPlans(Page):
    """`GET plans`. Only `simType` and `status`, which the guide documents, are known."""

    simType: Literal["eSIM", "pSIM"] | None = None  # noqa: N815  # the API's own name
    status: str | None = None


class ListAddons(Page):
    """Filters of the guide "Add-ons"."""

    coverageCountry: str | None = None  # noqa: N815  # the API's own name
    status: str | None = None
    type: str | None = None
    plan: str | None = None
    provider: str | None = None


class CreateUser(Input):
    """`POST users`."""

    email: Email
    fullName: Text | None = None  # noqa: N815  # the API's own name
    birthday: Day | None = None
    preferredLocale: Text | None = None  # noqa: N815  # the API's own name
    metadata: Metadata = Field(default_factory=dict)


class UpdateUser(Input):
    """`PATCH users/{user}`."""

    email: Email | None = None
    fullName: Text | None = None  # noqa: N815  # the API's own name
    birthday: Day | None = None
    preferredLocale: Text | None = None  # noqa: N815  # the API's own name
    metadata: Metadata = Field(default_factory=dict)


class SearchUsers(Input):
    """`POST users/search`."""

    email: Email | None = None


class CreateAddress(Input):
    """`POST users/{user}/addresses`."""

    line1: Text
    city: Text
    country: str = Field(pattern=r"^[A-Z]{2}$")
    line2: Text | None = None
    state: Text | None = None
    postalCode: Text | None = None  # noqa: N815  # the API's own name


class ListSims(Page):
    """`GET sims`; `provider` and `status` are comma-separated."""

    provider: str | None = None
    status: str | None = None
    type: Literal["eSIM", "pSIM"] | None = None
    user: str | None = None


class SearchSims(Input):
    """`POST sims/search`."""

    iccid: Text
    type: list[Literal["eSIM", "pSIM"]] | None = Field(default=None, min_length=1)


class UpdateSim(Input):
    """`PATCH sims/{sim}`."""

    metadata: Metadata = Field(default_factory=dict)


class CreateSubscription(Input):
    """`POST subscriptions`; `sim` omitted or null also asks for a new eSIM (2022 client)."""

    plan: Text
    user: Text
    sim: Text | None = None
    userAddress: Text | None = None  # noqa: N815  # the API's own name
    device: Text | None = None
    deviceModel: Text | None = None  # noqa: N815  # the API's own name
    porting: Text | None = None
    billing: dict[str, Any] | None = None
    metadata: Metadata = Field(default_factory=dict)


class UpdateSubscription(Input):
    """`PATCH subscriptions/{subscription}`."""

    userAddress: Text | None = None  # noqa: N815  # the API's own name
    metadata: Metadata = Field(default_factory=dict)


class CancellationDetails(Input):
    """Why the customer left."""

    userReason: (  # noqa: N815  # the API's own name
        Literal[
            "connectivityIssues", "customerService", "noDetails", "other", "tooExpensive", "unused"
        ]
        | None
    ) = None
    userComment: str | None = None  # noqa: N815  # the API's own name


class CancelSubscription(Input):
    """`POST subscriptions/{subscription}/cancel`."""

    cancellationDetails: CancellationDetails | None = None  # noqa: N815  # the API's own name


class ListSubscriptions(Page):
    """`GET subscriptions`; `status` is comma-separated, pending and active when omitted."""

    user: str | None = None
    plan: str | None = None
    sim: str | None = None
    status: str | None = None


class SearchSubscriptions(Input):
    """`POST subscriptions/search`."""

    user: Text | None = None
    plan: Text | None = None
    sim: Text | None = None
    status: list[Text] | None = Field(default=None, min_length=1)


class CreateChange(Input):
    """`POST subscriptionChanges`."""

    subscription: Text
    sim: Text | None = None
    plan: Text | None = None
    when: Literal["now", "renewal"] = "renewal"


class ListChanges(Page):
    """`GET subscriptionChanges`."""

    status: str | None = None
    subscription: str | None = None
    user: str | None = None


class CreateSubscriptionAddon(Input):
    """`POST subscriptionAddons`."""

    addon: Text
    subscription: Text


class ListSubscriptionAddons(Page):
    """`GET subscriptionAddons`."""

    addon: str | None = None
    status: str | None = None
    subscription: str | None = None
    user: str | None = None


class ListUsage(Query):
    """`GET subscriptions/{subscription}/usage`."""

    period: int | None = Field(default=None, ge=1)
    start: Day | None = None
    end: Day | None = None
    aggregation: str = "daily"


class ListUsageBalances(Page):
    """`GET usageBalances` (preview)."""

    subscription: str | None = None
    subscriptionPeriod: str | None = Field(  # noqa: N815  # the API's own name
        default=None, pattern=r"^(current|-?[1-9]\d*)$"
    )
    subscriptionAddon: str | None = None  # noqa: N815  # the API's own name


class SimulateUsage(Input):
    """`POST /testing/projects/{project}/subscriptions/{subscription}/usage` (preview)."""

    data: Amount = 0
    voice: Amount = 0
    sms: Amount = 0
    country: Text | None = None
    subscriptionAddon: Text | None = None  # noqa: N815  # the API's own name
