"""Eligibility of one Account, read from Salesforce at most once in some minutes."""

from __future__ import annotations

from typing import Protocol

from portal.domain.catalog import AccountEligibility
from portal.ports.catalog import EligibilitySource


class EligibilityStore(Protocol):
    """A short-lived store by Account; never mixed with the public catalogue's items."""

    def get(self, sf_account_id: str) -> AccountEligibility | None:
        """What is stored and young enough."""
        ...

    def put(self, sf_account_id: str, eligibility: AccountEligibility) -> None:
        """Store it for a while."""
        ...


class CachedEligibility:
    """Store first, Salesforce second."""

    def __init__(self, source: EligibilitySource, store: EligibilityStore) -> None:
        self._source = source
        self._store = store

    def of_account(self, sf_account_id: str) -> AccountEligibility:
        """Raises the errors of the source when nothing is stored."""
        stored = self._store.get(sf_account_id)
        if stored is not None:
            return stored
        fresh = self._source.of_account(sf_account_id)
        self._store.put(sf_account_id, fresh)
        return fresh
