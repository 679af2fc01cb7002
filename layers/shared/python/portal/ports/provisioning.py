"""The Order in Salesforce, as provisioning reads and writes it.

All methods raise the errors of `portal.domain.upstream` with `upstream` = `salesforce`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from portal.domain.provisioning_order import LoadedOrder, Progress, WriteBack


class OrderDeleted(Exception):
    """The Order is gone."""


class OrderConflict(Exception):
    """A person wrote something else into a field of ours; nothing was overwritten.

    `found` names the fields with their values.
    """

    def __init__(self, found: str) -> None:
        super().__init__(found)
        self.found = found


@dataclass(frozen=True)
class Found:
    """An order, and the name of its Account, which must not be stored."""

    order: LoadedOrder
    account_name: str = field(repr=False)


class ProvisioningOrders(Protocol):
    """The Orders of the org."""

    def load(self, order_id: str) -> Found | None:
        """The order with its lines and products in one query; None when there is none."""
        ...

    def report(self, progress: Progress) -> None:
        """Set the provisioning fields. Raises OrderDeleted."""
        ...

    def write_back(self, result: WriteBack) -> None:
        """Write the ids to the order and its lines and set Provisioned: all or nothing, one call.

        Safe to repeat. Raises OrderDeleted or OrderConflict.
        """
        ...

    def attempt_count(self, order_id: str) -> int | None:
        """`Attempt_Count__c` now; None when the order is gone."""
        ...
