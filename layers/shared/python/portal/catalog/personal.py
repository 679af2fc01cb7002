"""Reads the eligibility of an Account from Salesforce, and caches it for some minutes."""

from __future__ import annotations

from typing import Protocol

from portal.domain.catalog import AccountEligibility
from portal.ports.catalog import EligibilitySource


class EligibilityStore(Protocol):
    """A cache of eligibility by Account. Its items are separate from the public catalogue's."""

    def get(self, sf_account_id: str) -> AccountEligibility | None:
        """Return the cached eligibility; None when there is none or it has expired."""
        ...

    def put(self, sf_account_id: str, eligibility: AccountEligibility) -> None:
        """Cache an Account's eligibility."""
        ...


class CachedEligibility:
    """Reads eligibility from the cache, else from Salesforce."""

    def __init__(self, source: EligibilitySource, store: EligibilityStore) -> None:
        self._source = source
        self._store = store

    def of_account(self, sf_account_id: str) -> AccountEligibility:
        """Return the Account's eligibility. Raises the errors of the source."""
        stored = self._store.get(sf_account_id)
        if stored is not None:
            return stored
        fresh = self._source.of_account(sf_account_id)
        self._store.put(sf_account_id, fresh)
        return fresh
