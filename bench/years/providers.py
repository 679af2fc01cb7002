"""The eSIM providers of the simulation: each sells lines, and can be asked what it sold.

The portal of a run is configured for one of them (`Plan.provider`).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from bench.years.lambdas import Lambdas
from bench.years.world import World
from local.demo.data import esim_access_seed, gigs_seed
from local.emulators.esim_access.emulator import ACCESS_CODE, SECRET_KEY, EsimAccess
from local.emulators.esim_access.lifecycle import Lifecycle
from local.emulators.esim_access.topups import ALLOWED
from local.emulators.gigs import rendering
from local.emulators.gigs.emulator import Gigs
from local.emulators.gigs.webhooks import Endpoint as WebhookEndpoint
from local.emulators.kit.deliveries import Deliveries, Delivery
from local.emulators.kit.emulator import Emulator

GIGS, ESIM_ACCESS = "gigs", "esim_access"
PROVIDERS = (GIGS, ESIM_ACCESS)
PROJECT = "portal-local"
WEBHOOK_SECRET = "whsec_bG9jYWwtd2ViaG9vay1zZWNyZXQtMjQ="  # noqa: S105  # of the emulator only
PATH_TOKEN = "a-path-token-of-the-simulation"  # noqa: S105  # of the emulator only
PORTAL_HOST = "http://portal.simulation"
SECRETS: dict[str, dict[str, Any]] = {
    GIGS: {
        "esim": {"project": PROJECT, "token": "local-gigs-token"},
        "esim-webhook": {"signingSecret": WEBHOOK_SECRET},
    },
    ESIM_ACCESS: {
        "esim": {"accessCode": ACCESS_CODE, "secretKey": SECRET_KEY},
        "esim-webhook": {"pathToken": PATH_TOKEN},
    },
}
SETTLING = (0.0, 4.0, 15.0, 45.0, 120.0, 600.0)
"""When an emulator settles after a request, in seconds, because it has no loop of its own."""
PACES = ("activation", "addon_activation", "change_application")


@dataclass(frozen=True)
class Sold:
    """A line. `ref` is the portal's reference. `active` lines work, `ended` ones never will."""

    id: str
    ref: str
    iccid: str
    active: bool
    ended: bool


class Provider(Protocol):
    """What people, trouble and the oracle need of a provider."""

    name: str

    @property
    def emulator(self) -> Emulator[Any]:
        """The provider itself."""
        ...

    def seed(self) -> None:
        """Give it what it sells, and the portal's address."""
        ...

    def sold(self) -> list[Sold]:
        """Return all lines."""
        ...

    def top_ups(self) -> list[str]:
        """Return what names each top-up that was carried out in a job."""
        ...

    def replaced(self) -> Counter[str] | None:
        """Return how many SIMs were replaced, by line; None when it sells other lines instead."""
        ...

    def install(self, iccid: str) -> None:
        """Let a phone install a profile."""
        ...

    def slow(self, seconds: float) -> None:
        """Let lines, top-ups and replacements take so long from now on."""
        ...

    def refuse_top_ups(self) -> None:
        """Refuse them from now on."""
        ...

    def refuse_reissues(self, *, at_once: bool) -> None:
        """Refuse them from now on, at once or in the end."""
        ...

    def sound(self) -> None:
        """Refuse nothing any more, and take no longer than usual."""
        ...


class SimulatedDeliveries(Deliveries):
    """Delivers events in simulated time. `post` sends one and tells whether it was taken."""

    def __init__(
        self,
        world: World,
        post: Callable[[Delivery], bool],
        spread: Callable[[], float],
        copies: Callable[[], int],
    ) -> None:
        super().__init__(lambda: 5, lambda: 60.0)
        self._world = world
        self._post_one = post
        self._spread_now = spread
        self._copies_now = copies

    def send(self, deliveries: Iterable[Delivery]) -> None:
        """Deliver each some time later, as often as is drawn, and again while it is refused."""
        for delivery in deliveries:
            for _ in range(self._copies_now()):
                self._try(delivery, 1, self._spread_now())

    def _try(self, delivery: Delivery, attempt: int, after: float) -> None:
        def attempt_it() -> None:
            if not self._post_one(delivery) and attempt < 5:  # noqa: PLR2004  # as often as above
                self._try(delivery, attempt + 1, 60.0 * attempt)

        self._world.spawn("webhook", attempt_it, after=after)


class SimulatedGigs(Gigs):
    """Gigs whose time passes with the world's, without a loop of its own."""

    def __init__(self, world: World, **options: Any) -> None:
        self._world = world
        super().__init__(**options)

    def _settle_later(self) -> None:
        for seconds in SETTLING:
            self._world.later(seconds, self._settle)


class SimulatedEsimAccess(EsimAccess):
    """eSIM Access whose time passes with the world's, without a loop of its own."""

    def __init__(self, world: World, **options: Any) -> None:
        self._world = world
        super().__init__(rate_clock=lambda: world.now, **options)

    def _settle_later(self) -> None:
        for seconds in SETTLING:
            self._world.later(seconds, self._settle)


class GigsProvider:
    """Gigs: a reissue replaces the SIM of a line."""

    name = GIGS

    def __init__(self, emulator: SimulatedGigs) -> None:
        self.emulator = emulator

    def seed(self) -> None:
        """Plans, add-ons, and signed events."""
        self.emulator.seed(gigs_seed())
        address = f"{PORTAL_HOST}/webhooks/esim"
        self.emulator.webhooks.add_endpoint(WebhookEndpoint(address, WEBHOOK_SECRET))

    def sold(self) -> list[Sold]:
        """The subscriptions."""
        shown = (rendering.subscription(self._project, one) for one in self._subscriptions)
        return [
            Sold(
                id=line["id"],
                ref=line["metadata"].get("portalRef") or "",
                iccid=(line["sim"] or {}).get("iccid") or "",
                active=line["status"] == "active",
                ended=line["status"] == "ended",
            )
            for line in shown
        ]

    def top_ups(self) -> list[str]:
        """The ids of the add-ons."""
        addons = self._project.subscription_addons.values()
        return [addon.id for addon in addons if addon.status not in {"failed", "canceled"}]

    def replaced(self) -> Counter[str] | None:
        """The changes that were applied."""
        changes = self._project.changes.values()
        return Counter(one.subscription for one in changes if one.status == "applied")

    def install(self, iccid: str) -> None:
        """As `POST /_admin/esim-profile` of the emulator, without an event: nobody waits for it."""
        for sim in self._project.sims.values():
            if sim.iccid == iccid:
                sim.profile_status, sim.profile_updated_at = "installed", self.emulator.core.now()

    def slow(self, seconds: float) -> None:
        """All that is asynchronous."""
        paces: dict[str, Any] = dict.fromkeys(PACES, "after_seconds")
        self.emulator.set_switches({**paces, "pace_seconds": seconds})

    def refuse_top_ups(self) -> None:
        """For an unknown reason."""
        self.emulator.set_switches({"refuse_addons": "unknown"})

    def refuse_reissues(self, *, at_once: bool) -> None:
        """Refused when they are asked for, or failed afterwards."""
        late, early = {"change_application": "fails"}, {"refuse_changes": "unknown"}
        self.emulator.set_switches(early if at_once else late)

    def sound(self) -> None:
        """As in the beginning."""
        refused = {"refuse_addons": None, "refuse_changes": None}
        self.emulator.set_switches({**dict.fromkeys(PACES, "immediate"), **refused})

    @property
    def _project(self) -> Any:
        return self.emulator.core.projects[PROJECT]

    @property
    def _subscriptions(self) -> list[Any]:
        return list(self._project.subscriptions.values())


class EsimAccessProvider:
    """eSIM Access: a reissue orders another line and ends the old one. It signs no events."""

    name = ESIM_ACCESS

    def __init__(self, emulator: SimulatedEsimAccess) -> None:
        self.emulator = emulator

    def seed(self) -> None:
        """Packages, a balance, and the secret address."""
        address = f"{PORTAL_HOST}/webhooks/esim/{PATH_TOKEN}"
        # What a run sells must not exhaust the balance: that is no fault of the simulation's.
        self.emulator.seed({**esim_access_seed(), "balance": 10**12, "webhook": address})

    def sold(self) -> list[Sold]:
        """The profiles."""
        return [
            Sold(
                id=profile.esim_tran_no,
                ref=profile.transaction_id,
                iccid=profile.iccid,
                active=profile.esim_status in ALLOWED,
                ended=profile.ended,
            )
            for profile in self.emulator.core.account.profiles.values()
        ]

    def top_ups(self) -> list[str]:
        """Their references, which are the portal's."""
        return [one.transaction_id for one in self.emulator.core.account.top_ups]

    def replaced(self) -> Counter[str] | None:
        """Nothing: see `sold`."""
        return None

    def install(self, iccid: str) -> None:
        """As a phone does it."""
        for profile in self.emulator.core.account.profiles.values():
            if profile.iccid == iccid and not profile.ended:
                Lifecycle(self.emulator.core).device(profile, "install")

    def slow(self, seconds: float) -> None:
        """The allocation of profiles: top-ups are done at once."""
        self.emulator.set_switches({"pace_seconds": seconds})

    def refuse_top_ups(self) -> None:
        """And every order, because the balance is used up."""
        self.emulator.set_switches({"refuse": "200007"})

    def refuse_reissues(self, *, at_once: bool) -> None:
        """And every order."""
        self.emulator.set_switches({"refuse": "200007"} if at_once else {"allocation": "fails"})

    def sound(self) -> None:
        """As in the beginning."""
        sound = {"refuse": None, "allocation": "after_seconds", "pace_seconds": 3.0}
        self.emulator.set_switches(sound)


def make_provider(
    name: str,
    world: World,
    lambdas: Lambdas,
    *,
    spread: Callable[[], float],
    copies: Callable[[], int],
) -> Provider:
    """Return a provider whose events reach the portal."""
    function = {GIGS: "webhooks.esim", ESIM_ACCESS: "webhooks.esim_hint"}[name]

    def post(delivery: Delivery) -> bool:
        body, headers = world.true_time(delivery.make)
        path = delivery.url.removeprefix(PORTAL_HOST)
        answer = lambdas.request(function, "POST", path, body=body.decode(), headers=headers)
        return answer.status < 300  # noqa: PLR2004  # taken

    def make_deliveries(*_: Any) -> SimulatedDeliveries:
        return SimulatedDeliveries(world, post, spread, copies)

    if name == GIGS:
        return GigsProvider(SimulatedGigs(world, make_deliveries=make_deliveries))
    return EsimAccessProvider(SimulatedEsimAccess(world, make_deliveries=make_deliveries))


def settings(name: str) -> dict[str, str]:
    """Return what configures the portal for a provider."""
    return {"ESIM_PROVIDER": name, "ESIM_API_URL": f"http://{name}.simulation"}


def secrets(name: str) -> dict[str, str]:
    """Return the provider's secrets as JSON, by the secret's name."""
    return {secret: json.dumps(document) for secret, document in SECRETS[name].items()}
