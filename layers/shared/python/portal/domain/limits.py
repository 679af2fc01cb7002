"""The one table of limits on attempts; `RATE_LIMITS` changes single entries.

Handlers count by it, in DynamoDB, exactly. The firewall's rules and the gateway's throttles are
derived from it (`infra/limits.py`), so that neither refuses what the counters let through.

Limits per address are generous because offices and mobile carriers share addresses. What names
an account or a customer is limited twice: tightly together with the caller's address, which is
what slows guessing down, and loosely alone, so that nobody can shut out somebody else with a few
requests. A browser that has signed in to the account before has a count of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

DAY = 86_400
HOUR = 3600
QUARTER = 900


@dataclass(frozen=True)
class Limit:
    """At most `attempts` in each window of `seconds`."""

    attempts: int
    seconds: int


LIMITS: dict[str, Limit] = {
    "signup.ip": Limit(20, HOUR),
    "signup.customer-number-ip": Limit(10, HOUR),
    "signup.customer-number": Limit(60, HOUR),
    "signup.proof": Limit(30, DAY),
    "signup-proof.ip": Limit(10, HOUR),
    "signup-proof.customer-number-ip": Limit(3, HOUR),
    "signup-proof.customer-number": Limit(10, HOUR),
    "login.ip": Limit(60, 300),
    "login.account-ip": Limit(10, QUARTER),
    "login.account": Limit(100, QUARTER),
    "login.device": Limit(10, QUARTER),
    "refresh.ip": Limit(300, 300),
    "logout.ip": Limit(300, 300),
    "reset-mail.ip": Limit(10, HOUR),
    "reset-mail.account-ip": Limit(3, HOUR),
    "reset-mail.account": Limit(10, HOUR),
    "reset-mail.device": Limit(3, HOUR),
    "reset-password.ip": Limit(20, QUARTER),
    "change-password.account": Limit(10, QUARTER),
    "link.ip": Limit(20, HOUR),
    "link.account-ip": Limit(10, QUARTER),
    "link.account": Limit(100, QUARTER),
    "esim-code.account": Limit(10, HOUR),
}

PER_ADDRESS: dict[str, str] = {
    "/auth/signup": "signup.ip",
    "/auth/request-signup-proof": "signup-proof.ip",
    "/auth/login": "login.ip",
    "/auth/refresh": "refresh.ip",
    "/auth/logout": "logout.ip",
    "/auth/request-password-reset": "reset-mail.ip",
    "/auth/reset-password": "reset-password.ip",
    "/auth/link-whmcs": "link.ip",
}
"""Which limit counts the requests of one address at a path, before anything of them is read."""
