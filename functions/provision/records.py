"""What each step of provisioning leaves for later steps and for its own retries.

This is all that is stored of an order while it is provisioned. Texts that only `check` needs
(templates, options, settings) stay out: a job is one DynamoDB item (see `order_size.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from portal.engine.steps import Record, StepKey
from pydantic import Field


class LoadRecord(Record):
    """Who the order is for. `attempt_count` is `Attempt_Count__c` in this attempt.

    `reported` says that Salesforce shows In Progress for this attempt.
    """

    user_id: str = ""
    client_id: int = 0
    account_id: str = ""
    attempt_count: int = 0
    reported: bool = False


LOAD = StepKey("load", LoadRecord)


class Unit(Record):
    """One line of AddOrder, and one service (or several) in WHMCS.

    `key` is `<line key>:<number>`. `shown` is how WHMCS shows the options when it has understood
    them (see `option_labels.py`). `esim_plan` is the provider's plan for an eSIM.
    """

    key: str
    line_id: str
    name: str
    pid: int
    quantity: int
    cycle: str
    options: dict[int, int] = Field(default_factory=dict)
    shown: dict[int, str] = Field(default_factory=dict)
    ref_field_id: int | None = None
    esim_plan: str | None = None


class PlannedLine(Record):
    """One line of the Order: what its units have in common, and how many there are.

    `together`: the whole quantity is one unit. Otherwise there is one unit for each piece.
    """

    id: str
    key: str
    name: str
    quantity: int
    pid: int
    cycle: str
    unit_price: Decimal | None = None
    together: bool = False
    options: dict[int, int] = Field(default_factory=dict)
    shown: dict[int, str] = Field(default_factory=dict)
    ref_field_id: int | None = None
    esim_plan: str | None = None

    def units(self) -> Iterator[Unit]:
        """Its units, in the order of their numbers."""
        for number in range(1, 2 if self.together else self.quantity + 1):
            yield Unit(
                key=f"{self.key}:{number}",
                line_id=self.id,
                name=self.name,
                pid=self.pid,
                quantity=self.quantity if self.together else 1,
                cycle=self.cycle,
                options=self.options,
                shown=self.shown,
                ref_field_id=self.ref_field_id,
                esim_plan=self.esim_plan,
            )


class CheckRecord(Record):
    """What is to be ordered; `plan` is its fingerprint, `notes` are the WHMCS order's notes."""

    number: str = ""
    lines: tuple[PlannedLine, ...] = ()
    plan: str = ""
    notes: str = ""

    @property
    def units(self) -> list[Unit]:
        """All lines of AddOrder."""
        return [unit for line in self.lines for unit in line.units()]


CHECK = StepKey("check", CheckRecord)


class EsimLine(Record):
    """A line at the provider, and the attempt in which it was last seen."""

    line_id: str
    state: str
    attempt: int
    iccid: str | None = None
    reason: str | None = None


class ActivateEsimRecord(Record):
    """References recorded before the first request, and lines, both by unit key.

    `plan` is the fingerprint that the references were made for; `asked_at` is when the first line
    was asked for (epoch seconds).
    """

    refs: dict[str, str] = Field(default_factory=dict)
    lines: dict[str, EsimLine] = Field(default_factory=dict)
    plan: str | None = None
    subscriber: str | None = None
    asked_at: int | None = None


ACTIVATE_ESIM = StepKey("activate_esim", ActivateEsimRecord)


class Sends(Record):
    """How often AddOrder was sent in one attempt."""

    attempt: int
    count: int


class AddOrderRecord(Record):
    """The WHMCS order, or how the request for it stands. Times are epoch seconds.

    `sent_at`: AddOrder left and may have taken effect. `looked_at`: when a look first found
    nothing.
    """

    order_id: int | None = None
    sent_at: int | None = None
    looked_at: int | None = None
    sends: Sends | None = None
    plan: str | None = None


ADD_ORDER = StepKey("add_order", AddOrderRecord)


class Seen(Record):
    """Which services of the order were active, and since when it has been so (epoch seconds)."""

    active: tuple[int, ...] = ()
    at: int


class AcceptOrderRecord(Record):
    """Whether WHMCS shows the order as accepted; `module` is what a module said that failed."""

    accepted: bool = False
    module: str | None = None
    seen: Seen | None = None


ACCEPT_ORDER = StepKey("accept_order", AcceptOrderRecord)


class SettingUp(Record):
    """The service whose module was started last, and when (epoch seconds)."""

    id: int
    at: int


class VerifyRecord(Record):
    """WHMCS service ids by unit key."""

    services: dict[str, tuple[int, ...]] = Field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    setting_up: SettingUp | None = None


VERIFY = StepKey("verify", VerifyRecord)


class WriteBackRecord(Record):
    """Salesforce has the ids."""

    written: bool = False


WRITE_BACK = StepKey("write_back", WriteBackRecord)


class NotifyRecord(Record):
    """How many mails were put on the queue."""

    mails: int = 0


NOTIFY = StepKey("notify", NotifyRecord)
