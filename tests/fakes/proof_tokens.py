"""`ProofTokens` in memory."""

from __future__ import annotations

from tests.fakes.clock import FakeClock

VALID_SECONDS = 3_600


class FakeProofTokens:
    """Tokens by number, on a fake clock."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.issued: dict[str, tuple[str, float]] = {}

    @property
    def valid_minutes(self) -> int:
        return VALID_SECONDS // 60

    def issue(self, account_id: str) -> str:
        token = f"proof-{len(self.issued)}"
        self.issued[token] = (account_id, self.clock() + VALID_SECONDS)
        return token

    def account_of(self, token: str) -> str | None:
        account_id, until = self.issued.get(token, ("", 0.0))
        return account_id if until > self.clock() else None
