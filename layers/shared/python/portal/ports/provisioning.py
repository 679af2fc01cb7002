"""The port by which provisioning reads and writes an Order in Salesforce.

All methods raise the errors of `portal.domain.upstream` with `upstream` = `salesforce`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from portal.domain.provisioning_order import LoadedOrder, Progress, WriteBack


class OrderDeleted(Exception):
    """The Order does not exist any more."""


class OrderConflict(Exception):
    """A field of the portal has a value that a person wrote. It was not overwritten.

    `found` names the fields with their values.
    """

    def __init__(self, found: str) -> None:
        super().__init__(found)
        self.found = found


@dataclass(frozen=True)
class Found:
    """An order and the name of its Account. The name must not be stored."""

    order: LoadedOrder
    account_name: str = field(repr=False)


class ProvisioningOrders(Protocol):
    """Reads and writes the Orders of an org."""

    def load(self, order_id: str) -> Found | None:
        """Return an order with its lines and products, or None. One query."""
        ...

    def report(self, progress: Progress) -> None:
        """Set the provisioning fields. Raises OrderDeleted."""
        ...

    def write_back(self, result: WriteBack) -> None:
        """Write the ids to the order and its lines and set Provisioned, all or nothing.

        One call, which is safe to repeat. Raises OrderDeleted or OrderConflict.
        """
        ...

    def attempt_count(self, order_id: str) -> int | None:
        """Return the current `Attempt_Count__c`; None when there is no such order."""
        ...
