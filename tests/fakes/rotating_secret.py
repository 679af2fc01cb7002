"""A secret whose next version shows when it is read again."""

from __future__ import annotations

from typing import Any

from portal.secrets import Secret


class RotatingSecret(Secret):
    """Answers with the first version until it is refreshed, then with the next, and so on."""

    def __init__(self, *versions: dict[str, Any]) -> None:
        super().__init__("portal/test/secret")
        self._versions = list(versions)
        self.refreshes = 0

    def value(self, *, refresh: bool = False) -> dict[str, Any]:
        if refresh:
            self.refreshes += 1
            if len(self._versions) > 1:
                self._versions.pop(0)
        return self._versions[0]
