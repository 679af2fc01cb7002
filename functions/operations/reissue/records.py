"""What each step of a reissue leaves for later steps and for its own retries. Times are epoch
seconds.
"""

from __future__ import annotations

from portal.engine.steps import Record, StepKey


class LoadRecord(Record):
    """Which Order the line came from."""

    sf_order_id: str = ""


LOAD = StepKey("load", LoadRecord)


class CheckRecord(Record):
    """The line can be reissued."""

    checked: bool = True


CHECK = StepKey("check", CheckRecord)


class ReissueRecord(Record):
    """The line to use from now on, or how the request for it stands.

    `asked_at` is set once a request may have taken effect, `ref` names the effect, `change_id` is
    the provider's id of it.
    """

    ref: str = ""
    asked_at: int | None = None
    change_id: str | None = None
    line_id: str = ""
    iccid: str = ""
    done: bool = False


REISSUE = StepKey("reissue", ReissueRecord)


class SwitchRecord(Record):
    """The line that our own record of the service names.

    `superseded`: another operation has replaced the new profile since, so that it is used no more.
    """

    line_id: str = ""
    superseded: bool = False


SWITCH = StepKey("switch", SwitchRecord)


class BillingRecord(Record):
    """WHMCS has the new ICCID."""

    written: bool = True


BILLING = StepKey("billing", BillingRecord)


class OrderRecord(Record):
    """Salesforce has the new ICCID."""

    written: bool = True


ORDER = StepKey("order", OrderRecord)


class NotifyRecord(Record):
    """How many mails were put on the queue."""

    mails: int = 0


NOTIFY = StepKey("notify", NotifyRecord)


class EndOldRecord(Record):
    """The old line has ended, where the new one is another."""

    ended: bool = False


END_OLD = StepKey("end_old", EndOldRecord)
