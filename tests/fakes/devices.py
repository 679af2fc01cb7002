"""`KnownDevices` in memory."""

from __future__ import annotations


class FakeKnownDevices:
    """Devices by number."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}

    def remember(self, email: str) -> str:
        token = f"device-{len(self.known)}"
        self.known[token] = email
        return token

    def knows(self, token: str, email: str) -> bool:
        return self.known.get(token) == email
