"""Can this client pay: asked of WHMCS, remembered for minutes when the answer is yes.

Only a yes is remembered, never longer than the card is valid; provisioning asks again before
anything is charged. A no is always asked again: the customer may have just added a card.
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
    """Remembers a yes for a few minutes."""

    def remembered(self, client_id: int, today: date) -> bool:
        """Whether there was a yes a short while ago that still holds on this day."""
        ...

    def remember(self, client_id: int, *, through: date) -> None:
        """Keep a yes, at most through that day."""
        ...

    def forget(self, client_id: int) -> None:
        """Drop it: the last pay method may have gone."""
        ...


class PaymentGate:
    """Yes or no, with at most one WHMCS call."""

    def __init__(self, methods: PayMethods, store: YesStore, today: Callable[[], date]) -> None:
        self._methods = methods
        self._store = store
        self._today = today

    def can_pay(self, client_id: int) -> bool:
        """Whether there is a pay method that has not expired."""
        return self._remembered(client_id) or any_usable(self.methods(client_id), self._today())

    def methods(self, client_id: int) -> list[PayMethod]:
        """What WHMCS has right now; refreshes what is remembered."""
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
    # The store only spares WHMCS a call; the answer is WHMCS' either way.
    logger().warning("payment gate works without its store", extra={"reason": str(error)})
