"""Settles abandoned registrations.

The lease of an abandoned registration ended long ago, so an AddClient that was sent has ended too.
If WHMCS has the client, the registration is finished. If not, it is undone, and its e-mail address
and Account are free for another registration.
"""

from __future__ import annotations

import secrets

from portal.domain.registration import Kind, Registration
from portal.observability import count
from portal.ports.clients import Clients
from portal.ports.registrations import ClientTaken

from functions.auth.new_client import is_ours
from functions.auth.steps import RegistrationPorts, announce, join, own_user, undo


class AbandonedRegistrations:
    """`Recovery` that looks up the client in WHMCS."""

    def __init__(self, ports: RegistrationPorts, clients: Clients) -> None:
        self._ports = ports
        self._clients = clients

    def settle(self, abandoned: Registration) -> None:
        """Finish or undo the registration. Raises LeaseHeld, LeaseLost and UpstreamErrors."""
        now = int(self._ports.clock())
        mine = self._ports.registrations.claim(abandoned.leased(now), now=now)
        client_id = self._client_of(mine)
        if client_id is None or not self._finished(mine, client_id):
            if mine.client_sent_at is not None:
                self._ports.registrations.client_sent(mine, None)
            undo(self._ports, mine)
            count("RegistrationsAbandoned", outcome="undone")

    def _client_of(self, registration: Registration) -> int | None:
        if registration.kind is not Kind.SIGNUP or registration.client_sent_at is None:
            return None
        found = self._clients.by_email(registration.email)
        return found.client_id if found and is_ours(found, registration) else None

    def _finished(self, registration: Registration, client_id: int) -> bool:
        try:
            completed = join(self._ports, registration, self._user_of(registration), client_id)
        except ClientTaken:
            return False
        announce(self._ports, completed)
        count("RegistrationsAbandoned", outcome="finished")
        return True

    def _user_of(self, registration: Registration) -> str:
        found = self._ports.users.find_by_email(registration.email)
        if found is not None:
            return found
        user_id = own_user(self._ports, registration.email)
        # The customer sets another password by a reset. `Aa1-` satisfies every policy.
        self._ports.users.set_password(user_id, "Aa1-" + secrets.token_urlsafe(24))
        return user_id
