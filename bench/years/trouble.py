"""What goes wrong with vendors, AWS, machines and messages. The plan says what, chance when."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from bench.years.business import Business
from bench.years.cloud import Accident, Cloud, Queue
from bench.years.lambdas import Lambdas
from bench.years.people import HOUR
from bench.years.world import Killed, World
from local.emulators.kit.faults import NEEDS, Fault, Kind

CRASH = "crash"
THROTTLE, LOST_ANSWER, UNREACHABLE = "aws throttled", "aws lost", "aws unreachable"
DUPLICATE, DELAYED, LOST = "message twice", "message late", "message lost"
CLOCK = "clock off"
OUTAGE, LATE = "vendor outage", "vendor late"
SLOW_LINES, DECLINES, SESSIONS = "lines slow", "capture odd", "sessions end"
REFUSALS, NO_REISSUES = "top-ups refused", "reissues refused"
VENDOR_KINDS: tuple[Kind, ...] = (
    "delay",
    "status",
    "html",
    "empty",
    "reset",
    "drop_answer",
    "reset_after",
    "garble",
    "replace",
    "hold",
)
ODDITIES = (SLOW_LINES, DECLINES, SESSIONS, REFUSALS, NO_REISSUES)
ALL = frozenset(
    {
        CRASH,
        THROTTLE,
        LOST_ANSWER,
        UNREACHABLE,
        DUPLICATE,
        DELAYED,
        LOST,
        CLOCK,
        OUTAGE,
        LATE,
        *ODDITIES,
        *(f"vendor {kind}" for kind in VENDOR_KINDS),
    }
)
# Messages that the design does not rely on: the sweeper sends them again.
MAY_BE_LOST = ("provision", "operation")
# SendGrid has a mail when it has answered 202, and no mail with any other status
# (docs/vendor-errors.md), so it does not answer an error after it has taken one.
SENDS_ONLY_WITH_202 = "sendgrid"
LONGEST_SKEW = 40.0
# A request that is carried out after its caller has given up; shorter than the engine waits
# between two looks (`SETTLING_SECONDS`).
LATEST = 25.0


@dataclass
class Rates:
    """Probabilities per call, message or environment, and vendor faults per day."""

    crash: float = 0.0025
    aws: float = 0.0015
    message: float = 0.03
    late: float = 0.002
    clock: float = 0.1
    bursts_a_day: float = 10.0
    outages_a_day: float = 0.25

    def times(self, factor: float) -> Rates:
        """Return rates that are so many times as high."""
        return Rates(**{name: value * factor for name, value in asdict(self).items()})


@dataclass
class Trouble:
    """Everything that can go wrong, until `calm` is called. `wanted` are kinds of `ALL`."""

    world: World
    wanted: frozenset[str]
    rates: Rates = field(default_factory=Rates)
    dies_at: str = ""
    happened: Counter[str] = field(default_factory=Counter)
    over: bool = False

    def before_aws(self, call: str) -> Accident | None:
        """Decide about a call of AWS. Raises Killed."""
        self.perhaps_die(call)
        if call.endswith("after"):
            return None
        for kind in (THROTTLE, LOST_ANSWER, UNREACHABLE):
            if self._meets(kind, self.rates.aws / 3):
                self.world.note(f"{kind}: {call}")
                return Accident(kind.removeprefix("aws "))
        return None

    def perhaps_die(self, call: str) -> None:
        """Let the Lambda that makes this call die. Raises Killed."""
        task = self.world.current
        if task is None or task.deadline is None or self.dies_at not in call:
            return
        if self._meets(CRASH, self.rates.crash):
            self.world.note(f"crash: {task.name} at {call}")
            raise Killed

    def loses(self, queue: Queue) -> bool:
        """Whether a message is lost."""
        if not queue.name.startswith(MAY_BE_LOST) or queue.name.endswith("letters"):
            return False
        return self._meets(LOST, self.rates.message / 2)

    def delays(self, _: Queue) -> float:
        """Seconds that a message is late."""
        if not self._meets(DELAYED, self.rates.message):
            return 0.0
        return self.world.random.choice((1.0, 30.0, 300.0, 3_600.0))

    def doubles(self, _: Queue) -> float | None:
        """Seconds after which a message is delivered once more; None for once."""
        if not self._meets(DUPLICATE, self.rates.message):
            return None
        return self.world.random.choice((0.0, 0.2, 5.0, 900.0))

    def skew(self) -> float:
        """Seconds that the clock of a new machine is off."""
        if not self._meets(CLOCK, self.rates.clock):
            return 0.0
        return self.world.random.uniform(-LONGEST_SKEW, LONGEST_SKEW)

    def late(self) -> float | None:
        """Seconds after which a vendor carries out a request whose caller will have given up."""
        if self.world.current is None or not self._meets(LATE, self.rates.late):
            return None
        return self.world.random.uniform(0.0, LATEST)

    def webhook_copies(self) -> int:
        """How often an event is delivered."""
        if self._meets(LOST, 4 * self.rates.message):
            return 0
        return 2 if self._meets(DUPLICATE, 4 * self.rates.message) else 1

    def webhook_spread(self) -> float:
        """Seconds after which an event is delivered."""
        late = self._meets(DELAYED, 4 * self.rates.message)
        return self.world.random.uniform(0.0, 900.0 if late else 2.0)

    def plague(self, business: Business, until: float) -> None:
        """Give the vendors faults again and again, as a task."""
        chance = self.world.random
        while self.world.now < until:
            pause = chance.expovariate(self.rates.bursts_a_day / (24 * HOUR))
            self.world.sleep(min(pause, until - self.world.now) + 1)
            if self.over:
                return
            self._burst(business)

    def _burst(self, business: Business) -> None:
        chance = self.world.random
        name = chance.choice(sorted(business.emulators))
        outage = chance.random() < self.rates.outages_a_day / self.rates.bursts_a_day
        if outage and OUTAGE in self.wanted:
            self._outage(business, name, chance.choice((300.0, 3_600.0, 6 * 3_600.0)))
            return
        kinds = [kind for kind in VENDOR_KINDS if f"vendor {kind}" in self.wanted]
        odd = [kind for kind in ODDITIES if kind in self.wanted]
        if odd and chance.random() < 0.3:  # noqa: PLR2004  # of the bursts
            self._oddity(business, chance.choice(odd))
        elif kinds:
            self._faults(business, name, chance.choice(kinds))

    def _faults(self, business: Business, name: str, kind: Kind) -> None:
        chance, emulator = self.world.random, business.emulators[name]
        if kind == "replace" and name == SENDS_ONLY_WITH_202:
            kind = "status"
        # Whoever is throttled has not been served.
        statuses = (500, 502, 503) if kind == "replace" else (429, 500, 502, 503)
        needs: dict[str, Any] = {
            "seconds": chance.choice((2.0, 12.0, 45.0)),
            "status": chance.choice(statuses),
        }
        fault = emulator.faults.add(
            Fault(
                kind=kind,
                times=chance.choice((1, 1, 2, 4, 8)),
                skip=chance.randrange(4),
                phase=chance.choice(("before", "after")),
                **{parameter: needs[parameter] for parameter in NEEDS.get(kind, ())},
            )
        )
        self.happened[f"vendor {kind}"] += 1
        self.world.note(f"fault of {name}: {kind} {fault.times} times after {fault.skip}")
        self.world.later(chance.uniform(0.2, 6) * HOUR, lambda: _drop(emulator, fault))

    def _outage(self, business: Business, name: str, seconds: float) -> None:
        server = business.wire.servers[f"{name}.simulation"]
        server.unreachable = True
        self.happened[OUTAGE] += 1
        self.world.note(f"{name} is down for {seconds:.0f} s")

        def back() -> None:
            server.unreachable = False

        self.world.later(seconds, back)

    def _oddity(self, business: Business, kind: str) -> None:
        chance = self.world.random
        self.happened[kind] += 1
        self.world.note(kind)
        if kind == SESSIONS:
            business.salesforce.set_switches({"kill_sessions": True})
        elif kind == DECLINES:
            capture = chance.choice(("at_once", "pending", "recorded_late"))
            business.whmcs.set_switches(
                {"capture_declined": chance.random() < 0.3, "capture": capture}  # noqa: PLR2004  # of them
            )
            self.world.later(4 * HOUR, lambda: business.whmcs.set_switches(_SOUND_CAPTURE))
            taken = chance.random() < 0.7  # noqa: PLR2004  # of them
            self.world.later(6 * HOUR, lambda: business.bank_decides(taken=taken))
        elif kind == REFUSALS:
            business.esim.refuse_top_ups()
            self.world.later(3 * HOUR, business.esim.sound)
        elif kind == NO_REISSUES:
            business.esim.refuse_reissues(at_once=chance.random() < 0.5)  # noqa: PLR2004  # either
            self.world.later(3 * HOUR, business.esim.sound)
        else:
            business.esim.slow(chance.choice((20.0, 400.0)))

    def calm(self, business: Business, cloud: Cloud, lambdas: Lambdas) -> None:
        """End all trouble. What goes wrong afterwards is a finding."""
        self.over = True
        business.whmcs.set_switches(_SOUND_CAPTURE)
        business.bank_decides(taken=True)
        business.esim.sound()
        for emulator in business.emulators.values():
            emulator.faults.clear()
        for server in business.wire.servers.values():
            server.unreachable = False
        for function in lambdas.functions.values():
            function.free.clear()  # also those whose clock is off
        self.world.note("calm")

    def _meets(self, kind: str, probability: float) -> bool:
        # The lot is drawn whatever the plan wants, so that a smaller plan changes less.
        drawn = self.world.random.random()
        if self.over or kind not in self.wanted or drawn >= probability:
            return False
        self.happened[kind] += 1
        return True


_SOUND_CAPTURE = {"capture_declined": False, "capture": "at_once"}


def _drop(emulator: Any, fault: Fault) -> None:
    emulator.faults.remove(fault.id)
