"""Asks WHMCS whether a client has a valid pay method, and remembers a positive answer for minutes.

It is never remembered longer than the card is valid, and provisioning asks WHMCS again before
anything is charged. A negative answer is not remembered, because the customer may add a card.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Protocol

from portal.domain.payment import PayMethod, any_usable
from portal.domain.upstream import UpstreamError
from portal.observability import logger
from portal.ports.billing import PayMethods


class YesStore(Protocol):
    """Remembers positive answers for a few minutes."""

    def remembered(self, client_id: int, today: date) -> bool:
        """Whether a positive answer is stored that is still valid on this day."""
        ...

    def remember(self, client_id: int, *, through: date) -> None:
        """Store a positive answer, which is valid through that day at most."""
        ...

    def forget(self, client_id: int) -> None:
        """Delete the stored answer, because the client has no valid pay method any more."""
        ...


class PaymentGate:
    """Tells whether a client can pay, with at most one call to WHMCS."""

    def __init__(self, methods: PayMethods, store: YesStore, today: Callable[[], date]) -> None:
        self._methods = methods
        self._store = store
        self._today = today

    def can_pay(self, client_id: int) -> bool:
        """Whether the client has a pay method that has not expired."""
        return self._remembered(client_id) or any_usable(self.methods(client_id), self._today())

    def methods(self, client_id: int) -> list[PayMethod]:
        """Return the client's current pay methods, and update the stored answer."""
        found = list(self._methods.of_client(client_id))
        today = self._today()
        usable = [method.expires or date.max for method in found if not method.expired(today)]
        try:
            if usable:
                self._store.remember(client_id, through=max(usable))
            else:
                self._store.forget(client_id)
        except UpstreamError as error:
            _unremembered(error)
        return found

    def _remembered(self, client_id: int) -> bool:
        try:
            return self._store.remembered(client_id, self._today())
        except UpstreamError as error:
            _unremembered(error)
            return False


def _unremembered(error: UpstreamError) -> None:
    # The store only saves calls to WHMCS, so a failure of it does not matter.
    logger().warning("payment gate works without its store", extra={"reason": str(error)})
