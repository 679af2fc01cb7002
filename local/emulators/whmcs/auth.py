"""Checks the caller: address, credentials and role.

Sources: WHMCS developer documentation, API authentication and access control; for the texts the
open-source clients named in the project's notes on WHMCS.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import defaultdict
from datetime import datetime, timedelta

from local.emulators.whmcs.errors import ApiError
from local.emulators.whmcs.parameters import Parameters
from local.emulators.whmcs.store import Credentials
from local.emulators.whmcs.switches import Switches

STRIKES = 3
BAN = timedelta(minutes=15)


class Bans:
    """Bans an address for 15 minutes after wrong credentials three times in a row."""

    def __init__(self) -> None:
        self._strikes: defaultdict[str, int] = defaultdict(int)
        self._until: dict[str, datetime] = {}

    def banned(self, ip: str, now: datetime) -> bool:
        """Whether the ban still runs."""
        until = self._until.get(ip)
        return until is not None and now < until

    def strike(self, ip: str, now: datetime) -> None:
        """Count a failure."""
        self._strikes[ip] += 1
        if self._strikes[ip] >= STRIKES:
            self._until[ip] = now + BAN
            self._strikes[ip] = 0

    def forgive(self, ip: str) -> None:
        """Reset the count after a success."""
        self._strikes.pop(ip, None)


class Gate:
    """The checks before an action runs, in WHMCS' order: address, credentials."""

    def __init__(self, credentials: Credentials, switches: Switches, bans: Bans) -> None:
        self._credentials = credentials
        self._switches = switches
        self._bans = bans

    def admit(self, parameters: Parameters, *, ip: str, now: datetime) -> None:
        """Raises ApiError with the text and status that WHMCS answers."""
        self._check_address(parameters, ip, now)
        if self._known(parameters):
            self._bans.forgive(ip)
            return
        if self._switches.failures_ban:
            self._bans.strike(ip, now)
        shown = _shown(parameters)
        message = "Authentication Failed" if shown else "Invalid or missing credentials"
        raise ApiError(message, status=self._switches.auth_error_status)

    def _check_address(self, parameters: Parameters, ip: str, now: datetime) -> None:
        status = self._switches.ip_error_status
        if self._switches.banned_ip or self._bans.banned(ip, now):
            raise ApiError(f"Forbidden IP {ip}", status=status)
        key = parameters.text("accesskey")
        expected = self._credentials.access_key
        if key and expected and _same(key, expected):
            return
        allowed = self._credentials.allowed_ips
        if self._switches.invalid_ip or (allowed and ip not in allowed):
            raise ApiError(f"Invalid IP {ip}", status=status)

    def _known(self, parameters: Parameters) -> bool:
        shown = _shown(parameters)
        if shown is None:
            return False
        name, secret = shown
        known = self._credentials
        if _same(name, known.identifier) and _same(secret, known.secret):
            return True
        legacy = bool(known.admin_username) and _same(name, known.admin_username)
        return legacy and _same(secret.lower(), _md5(known.admin_password))


def _shown(parameters: Parameters) -> tuple[str, str] | None:
    """The first complete pair: `identifier`+`secret`, else `username`+`password`."""
    for name, secret in (("identifier", "secret"), ("username", "password")):
        pair = parameters.text(name), parameters.text(secret)
        if pair[0] is not None and pair[1] is not None:
            return pair[0], pair[1]
    return None


def _same(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
