"""WHMCS' Users and Clients in memory, with its rules on addresses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal.domain.upstream import OutcomeUnknown
from portal.ports.clients import (
    BillingClient,
    BillingLogin,
    ClientDetails,
    EmailTaken,
    LoginRefused,
)


@dataclass
class StoredUser:
    """Who signs in to the client area."""

    user_id: int
    email: str
    password: str
    two_factor: bool = False


@dataclass
class StoredClient:
    """Who is billed."""

    client_id: int
    email: str
    customer_number: str
    owner: int
    details: ClientDetails | None = None


class FakeClients:
    """`calls` counts API calls. `hold` makes AddClients linger: `arrive` lets them commit,
    `vanish` lets them die."""

    def __init__(self) -> None:
        self.users: list[StoredUser] = []
        self.clients: list[StoredClient] = []
        self.calls: list[str] = []
        self.hold = False
        self._lingering: list[ClientDetails] = []

    def add(self, email: str, number: str = "", password: str = "Whmcs-pass-1") -> StoredClient:
        """A client from before there was a portal."""
        user = StoredUser(100 + len(self.users), email, password)
        self.users.append(user)
        client = StoredClient(500 + len(self.clients), email, number, user.user_id)
        self.clients.append(client)
        return client

    def arrive(self) -> None:
        """What was still on its way is carried out now, or refused as WHMCS would."""
        for details in self._lingering:
            if not self._taken(details.email):
                self._commit(details)
        self._lingering.clear()

    def vanish(self) -> None:
        """What was still on its way never arrives."""
        self._lingering.clear()

    def by_email(self, email: str) -> BillingClient | None:
        self.calls.append("GetClientsDetails")
        found = next((c for c in self.clients if c.email == email), None)
        return _public(found) if found else None

    def create(self, details: ClientDetails) -> int:
        self.calls.append("AddClient")
        if self.hold:
            self._lingering.append(details)
            raise OutcomeUnknown("whmcs", "AddClient", "no answer")
        if self._taken(details.email):
            raise EmailTaken
        return self._commit(details)

    def validate_login(self, email: str, password: str) -> BillingLogin:
        self.calls.append("ValidateLogin")
        user = next((u for u in self.users if u.email == email), None)
        if user is None or user.password != password:
            raise LoginRefused
        return BillingLogin(user.user_id, two_factor=user.two_factor)

    def owned_by(self, login: BillingLogin, email: str) -> Sequence[BillingClient]:
        self.calls.append("GetUsers")
        return [_public(c) for c in self.clients if c.owner == login.user_id]

    def _taken(self, email: str) -> bool:
        return any(user.email == email for user in self.users)

    def _commit(self, details: ClientDetails) -> int:
        client = self.add(details.email, details.customer_number)
        client.details = details
        return client.client_id


def _public(client: StoredClient) -> BillingClient:
    return BillingClient(
        client_id=client.client_id,
        email=client.email,
        customer_number=client.customer_number,
        first_name="Taro",
    )
