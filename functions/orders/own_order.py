"""Finds an order of the caller, also after the caller's Account was merged into another one."""

from __future__ import annotations

from dataclasses import dataclass

from portal.domain.identity import CustomerMapping
from portal.domain.problems import NOT_FOUND, Problem
from portal.ports.identity import CurrentMapping
from portal.ports.orders import OrderRecord, Orders


@dataclass(frozen=True)
class OwnOrder:
    """Looks up orders by id and owner."""

    orders: Orders
    current: CurrentMapping

    def find(self, order_id: str, customer: CustomerMapping) -> OrderRecord:
        """Return the order with an 18-character id.

        Raises Problem `not-found` for unknown orders and those of others, Problem
        `account-conflict`, and UpstreamErrors.
        """
        order = self.orders.find(order_id, customer.sf_account_id)
        if order is None:
            current = self.current(customer)
            if current.sf_account_id != customer.sf_account_id:
                order = self.orders.find(order_id, current.sf_account_id)
        if order is None:
            raise Problem(NOT_FOUND, "You have no order of that id.")
        return order
