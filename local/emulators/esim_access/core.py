"""The state that the operations share: the account, switches, clock and notifications."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from local.emulators.esim_access import errors
from local.emulators.esim_access.errors import ApiError
from local.emulators.esim_access.records import Account, Due, Profile
from local.emulators.esim_access.switches import Switches
from local.emulators.esim_access.values import new_number
from local.emulators.esim_access.webhooks import Webhooks


@dataclass
class Core:
    """The emulator's state for the operations. `switches` and `now` are read when needed.

    All code that reads or changes the state holds `lock`, because tests access it from their own
    thread (`seed`, `dump`, `clock.advance`) while the event loop serves requests.
    """

    switches: Callable[[], Switches]
    now: Callable[[], datetime]
    account: Account
    webhooks: Webhooks
    lock: threading.RLock = field(default_factory=threading.RLock)
    _serial: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def new_number(self) -> str:
        """Return a number that no order, eSIM or top-up has yet."""
        return new_number(self.now(), next(self._serial))

    def due(self) -> Due:
        """Return when an order that is placed now gets its profiles."""
        switches = self.switches()
        return Due(
            switches.allocation,
            at=self.now() + timedelta(seconds=switches.pace_seconds),
            polls_left=switches.pace_polls,
        )

    def pay(self, price: int) -> None:
        """Take a price from the balance; raises ApiError when it does not cover it."""
        if price > self.account.balance:
            raise ApiError(errors.BALANCE)
        self.account.balance -= price

    def refuse_if_switched(self) -> None:
        """Raise the refusal that a switch asks for, if it asks for one."""
        code = self.switches().refuse
        if code is not None:
            raise ApiError(code)

    def profile(self, *, esim_tran_no: str | None, iccid: str | None) -> Profile:
        """Return the profile with that number, or the newest one with that ICCID.

        Raises ApiError when there is none.
        """
        if not esim_tran_no and not iccid:
            raise ApiError(errors.PARAMETER_MISSING, "(esimTranNo)")
        for record in reversed(self.account.profiles.values()):
            if record.esim_tran_no == esim_tran_no or (not esim_tran_no and record.iccid == iccid):
                return record
        raise ApiError(errors.ICCID)
