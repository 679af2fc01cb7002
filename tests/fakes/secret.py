"""A secret that is in memory and counts how often it was read again."""

from __future__ import annotations

from typing import Any

from portal.secrets import Secret


class FakeSecret(Secret):
    """Answers with one document."""

    def __init__(self, document: dict[str, Any]) -> None:
        super().__init__("fake")
        self.document = document
        self.refreshes = 0

    def value(self, *, refresh: bool = False) -> dict[str, Any]:
        self.refreshes += refresh
        return self.document
