"""The records that the steps of provisioning leave for later steps and for their own retries.

They are all data that is stored of an order while it is provisioned. Texts that only `check` needs
(templates, options, settings) are not stored, because a job is one DynamoDB item
(see `order_size.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from portal.engine.steps import Record, StepKey
from pydantic import Field


class LoadRecord(Record):
    """The customer of the order. `attempt_count` is `Attempt_Count__c` in this attempt.

    `reported` says that Salesforce shows In Progress for this attempt. `forgotten` says that
    Salesforce counts more attempts than the job knows, or that the job is older than the last
    restore of the workflow table. What was done and forgotten has to be looked for.
    """

    user_id: str = ""
    client_id: int = 0
    account_id: str = ""
    attempt_count: int = 0
    reported: bool = False
    forgotten: bool = False


LOAD = StepKey("load", LoadRecord)


class Unit(Record):
    """One line of AddOrder, which makes one or several services in WHMCS.

    `key` is `<line key>:<number>`. `shown` is how WHMCS shows the options after a correct order
    (see `option_labels.py`). `esim_plan` is the provider's plan for an eSIM.
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
    """One line of the Order: the values that its units share, and their number.

    With `together`, the whole quantity is one unit. Otherwise each piece is a unit.
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
        """Yield the units of the line, in the order of their numbers."""
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
    """The plan of the order. `plan` is its fingerprint. `notes` are the WHMCS order's notes."""

    number: str = ""
    lines: tuple[PlannedLine, ...] = ()
    plan: str = ""
    notes: str = ""

    @property
    def units(self) -> list[Unit]:
        """The units of all lines."""
        return [unit for line in self.lines for unit in line.units()]


CHECK = StepKey("check", CheckRecord)


class EsimLine(Record):
    """A line at the eSIM provider, and the attempt in which it was last seen."""

    line_id: str
    state: str
    attempt: int
    iccid: str | None = None
    reason: str | None = None


class ActivateEsimRecord(Record):
    """The references, which are recorded before the first request, and the lines, by unit key.

    `plan` is the fingerprint for which the references were made. `asked_at` is when the first line
    was requested (epoch seconds).
    """

    refs: dict[str, str] = Field(default_factory=dict)
    lines: dict[str, EsimLine] = Field(default_factory=dict)
    plan: str | None = None
    subscriber: str | None = None
    asked_at: int | None = None


ACTIVATE_ESIM = StepKey("activate_esim", ActivateEsimRecord)


class Sends(Record):
    """The number of AddOrder requests in one attempt."""

    attempt: int
    count: int


class AddOrderRecord(Record):
    """The WHMCS order, or the state of its request. Times are epoch seconds.

    `sent_at` is when an AddOrder was sent that may have taken effect. `looked_at` is when a look
    first found no order.
    """

    order_id: int | None = None
    sent_at: int | None = None
    looked_at: int | None = None
    sends: Sends | None = None
    plan: str | None = None


ADD_ORDER = StepKey("add_order", AddOrderRecord)


class Seen(Record):
    """The active services of the order, and the time of the last change (epoch seconds)."""

    active: tuple[int, ...] = ()
    at: int


class AcceptOrderRecord(Record):
    """Whether WHMCS shows the order as accepted. `module` is the text of a failed module."""

    accepted: bool = False
    module: str | None = None
    seen: Seen | None = None


ACCEPT_ORDER = StepKey("accept_order", AcceptOrderRecord)


class SettingUp(Record):
    """The service whose module was started last, and when (epoch seconds)."""

    id: int
    at: int


class VerifyRecord(Record):
    """The WHMCS service ids by unit key, and the warnings about prices."""

    services: dict[str, tuple[int, ...]] = Field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    setting_up: SettingUp | None = None


VERIFY = StepKey("verify", VerifyRecord)


class WriteBackRecord(Record):
    """Whether the ids were written to Salesforce."""

    written: bool = False


WRITE_BACK = StepKey("write_back", WriteBackRecord)


class NotifyRecord(Record):
    """The number of mails that were put on the queue."""

    mails: int = 0


NOTIFY = StepKey("notify", NotifyRecord)
