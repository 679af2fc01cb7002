"""Counting attempts at an account, so that neither guessing nor shutting out is easy.

An account is counted tightly together with the caller's address and loosely alone. A device that
has signed in to the account before has a count of its own and is not concerned by the others.
"""

from __future__ import annotations

from dataclasses import dataclass

from portal.api.rate_limit import RateLimiter
from portal.ports.devices import KnownDevices


@dataclass(frozen=True, repr=False)
class Caller:
    """Who attempts: an address, and the token of a device where its browser sent one."""

    address: str
    device: str | None = None


@dataclass(frozen=True)
class Attempts:
    """Attempts of one kind (`login`, `reset-mail`) at accounts."""

    kind: str
    limiter: RateLimiter
    devices: KnownDevices

    def count(self, email: str, caller: Caller) -> bool:
        """Count one, before it is made; True when it comes from a device of the account.

        Raises Problem `rate-limited`.
        """
        if caller.device and self.devices.knows(caller.device, email):
            self.limiter.check(f"{self.kind}.device", f"{email} {caller.device}")
            return True
        self.limiter.check(f"{self.kind}.account-ip", f"{email} {caller.address}")
        self.limiter.check(f"{self.kind}.account", email)
        return False

    def succeeded(self, email: str, caller: Caller, *, known: bool) -> None:
        """The attempts so far were the owner's: start counting again."""
        if known:
            self.limiter.forget(f"{self.kind}.device", f"{email} {caller.device}")
        else:
            self.limiter.forget(f"{self.kind}.account-ip", f"{email} {caller.address}")
