"""A running emulator with one plan, one add-on and a small client."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from local.emulators.gigs.emulator import Gigs
from local.emulators.kit.server import Running, running

PLAN = {
    "id": "pln_japan10",
    "name": "Japan 10 GB",
    "allowances": {"dataBytes": 10_000_000_000, "voiceSeconds": 600},
    "price": {"amount": 999, "currency": "USD"},
}
ADDON = {
    "id": "add_1gb",
    "name": "1 GB",
    "plans": ["pln_japan10"],
    "allowances": {"dataBytes": 1_000_000_000},
    "validity": {"unit": "day", "value": 7},
}


@dataclass
class Api:
    """Calls the emulator as its project `portal-local`."""

    server: Running
    headers: dict[str, str] = field(
        default_factory=lambda: {"Authorization": "Bearer local-gigs-token"}
    )

    def call(
        self, method: str, path: str, body: Any = None, *, key: str | None = None
    ) -> requests.Response:
        """Any request below the project."""
        headers = dict(self.headers) | ({"Idempotency-Key": key} if key is not None else {})
        url = f"{self.server.url}/projects/portal-local/{path}"
        return requests.request(method, url, json=body, headers=headers, timeout=5)

    def ok(self, method: str, path: str, body: Any = None, **kwargs: Any) -> dict[str, Any]:
        """A request that must succeed."""
        answer = self.call(method, path, body, **kwargs)
        assert answer.ok, answer.text
        result: dict[str, Any] = answer.json()
        return result

    def switch(self, **switches: Any) -> None:
        """Set switches through the admin API."""
        answer = requests.patch(f"{self.server.admin}/switches", json=switches, timeout=5)
        assert answer.ok, answer.text

    def admin(self, method: str, path: str, body: Any = None) -> requests.Response:
        """Any request to the admin API."""
        return requests.request(method, f"{self.server.admin}/{path}", json=body, timeout=5)

    def advance(self, seconds: float) -> None:
        """Move the emulator's clock."""
        assert self.admin("POST", "clock", {"advance": seconds}).ok

    def user(self, email: str = "taro@example.com") -> dict[str, Any]:
        """A new user."""
        return self.ok("POST", "users", {"email": email, "fullName": "Taro Yamada"})

    def subscribe(self, user: str, **more: Any) -> dict[str, Any]:
        """A new subscription to the plan, as it was answered (pending)."""
        wanted = {"plan": PLAN["id"], "user": user, "sim": "auto", **more}
        return self.ok("POST", "subscriptions", wanted)

    def line(self) -> dict[str, Any]:
        """An active subscription of a new user."""
        user = self.user()
        return self.ok("GET", f"subscriptions/{self.subscribe(user['id'])['id']}")


@pytest.fixture(scope="session")
def served() -> Iterator[Running]:
    with running(Gigs()) as server:
        yield server


@pytest.fixture
def api(served: Running) -> Iterator[Api]:
    served.emulator.seed({"plans": [PLAN], "addons": [ADDON]})
    yield Api(served)
    served.emulator.reset()
