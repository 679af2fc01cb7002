"""Reads the eligibility of an Account from Salesforce, and caches it for some minutes."""

from __future__ import annotations

from typing import Protocol

from portal.domain.catalog import AccountEligibility
from portal.domain.identity import CustomerMapping
from portal.ports.catalog import AccountUnknown, EligibilitySource
from portal.ports.identity import CurrentMapping


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

    def __init__(
        self, source: EligibilitySource, store: EligibilityStore, current: CurrentMapping
    ) -> None:
        self._source = source
        self._store = store
        self._current = current

    def of_customer(self, customer: CustomerMapping) -> AccountEligibility:
        """Return the eligibility of the customer's Account.

        It is unknown when Salesforce has no such Account. A merged Account is followed. Raises the
        errors of the source when nothing is stored, and Problem `account-conflict`.
        """
        try:
            return self._of_account(customer.sf_account_id)
        except AccountUnknown:
            current = self._current(customer)
        if current.sf_account_id == customer.sf_account_id:
            return AccountEligibility()
        try:
            return self._of_account(current.sf_account_id)
        except AccountUnknown:
            return AccountEligibility()

    def _of_account(self, sf_account_id: str) -> AccountEligibility:
        stored = self._store.get(sf_account_id)
        if stored is not None:
            return stored
        fresh = self._source.of_account(sf_account_id)
        self._store.put(sf_account_id, fresh)
        return fresh
