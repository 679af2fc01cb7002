"""Counts attempts at an account.

An account together with the caller's address has a low limit, which makes guessing slow. The
account alone has a high limit, so that strangers do not easily shut its owner out. A device that
has signed in to the account before has a count of its own. The other counts do not stop it.
"""

from __future__ import annotations

from dataclasses import dataclass

from portal.api.rate_limit import RateLimiter
from portal.ports.devices import KnownDevices


@dataclass(frozen=True, repr=False)
class Caller:
    """A caller: the IP address, and the token of the device if its browser sent one."""

    address: str
    device: str | None = None


@dataclass(frozen=True)
class Attempts:
    """Attempts of one kind at accounts. `kind` is `login` or `reset-mail`."""

    kind: str
    limiter: RateLimiter
    devices: KnownDevices

    def count(self, email: str, caller: Caller) -> bool:
        """Count an attempt before it is made. Return whether the device is known to the account.

        Raises Problem `rate-limited` when there were too many attempts.
        """
        if caller.device and self.devices.knows(caller.device, email):
            self.limiter.check(f"{self.kind}.device", f"{email} {caller.device}")
            return True
        self.limiter.check(f"{self.kind}.account-ip", f"{email} {caller.address}")
        self.limiter.check(f"{self.kind}.account", email)
        return False

    def succeeded(self, email: str, caller: Caller, *, known: bool) -> None:
        """Set the caller's count back to zero. `known` is what `count` returned."""
        if known:
            self.limiter.forget(f"{self.kind}.device", f"{email} {caller.device}")
        else:
            self.limiter.forget(f"{self.kind}.account-ip", f"{email} {caller.address}")
