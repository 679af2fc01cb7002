"""Leases on items of a DynamoDB table: `leaseOwner` and `leaseUntil` (epoch seconds).

A lease can be taken when the former one has expired. Everything that is written under a lease is
conditional on its owner, so a worker that has lost its lease changes nothing. A released lease
keeps its owner's name, so that the owner's repeated request passes its condition as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.domain.lease import LONGEST_SECONDS, Lease, LeaseLost
from portal.repositories.dynamodb import ConditionFailed, Table

# The callers add the parentheses, because DynamoDB refuses redundant ones.
FREE = "attribute_not_exists(leaseUntil) OR leaseUntil <= :leaseNow OR leaseUntil > :leaseLongest"
MINE = "leaseOwner = :leaseOwner"


def leased(lease: Lease) -> dict[str, Any]:
    """Return the attributes that hold a lease in an item."""
    return {"leaseOwner": lease.owner, "leaseUntil": lease.until}


def lease_of(item: Mapping[str, Any]) -> Lease:
    """Return the lease of an item. An item without one gives a lease that nobody holds."""
    return Lease(owner=str(item.get("leaseOwner", "")), until=int(item.get("leaseUntil", 0)))


def mine(lease: Lease, condition: str = "", **expression: Any) -> dict[str, Any]:
    """Return an expression for `Table` with the condition that the owner still has the lease."""
    return _with(
        expression, f"{MINE} AND {condition}" if condition else MINE, {":leaseOwner": lease.owner}
    )


class LeasedItems:
    """The items of a table that are changed under a lease."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def take(
        self,
        key: Mapping[str, Any],
        lease: Lease,
        *,
        now: float,
        change: str = "",
        condition: str = "",
        **expression: Any,
    ) -> dict[str, Any]:
        """Take the lease and make a change (more assignments of the SET). Returns the item.

        Raises ConditionFailed when another owner holds the lease or `condition` is not met. Its
        `item` shows which of the two.
        """
        more = f", {change}" if change else ""
        arguments = _with(
            expression,
            f"({FREE}) AND ({condition})" if condition else FREE,
            {
                ":leaseOwner": lease.owner,
                ":leaseUntil": lease.until,
                ":leaseNow": int(now),
                ":leaseLongest": int(now) + LONGEST_SECONDS,
            },
        )
        set_ = f"SET leaseOwner = :leaseOwner, leaseUntil = :leaseUntil{more}"
        return self._table.update(key, set=set_, **arguments)

    def change(
        self,
        key: Mapping[str, Any],
        lease: Lease,
        change: str,
        *,
        condition: str = "",
        **expression: Any,
    ) -> dict[str, Any]:
        """Apply an update expression under the lease. Returns the item. Raises LeaseLost."""
        try:
            return self._table.update(key, set=change, **mine(lease, condition, **expression))
        except ConditionFailed as failed:
            raise LeaseLost from failed

    def release(
        self, key: Mapping[str, Any], lease: Lease, change: str = "", **expression: Any
    ) -> dict[str, Any]:
        """Release the lease and make last changes (more assignments of the SET).

        Returns the item. Raises LeaseLost.
        """
        more = f", {change}" if change else ""
        expression["values"] = {**expression.get("values", {}), ":leaseOver": 0}
        return self.change(key, lease, f"SET leaseUntil = :leaseOver{more}", **expression)

    def forget(
        self, key: Mapping[str, Any], lease: Lease, *, condition: str = "", **expression: Any
    ) -> None:
        """Delete the item. Does nothing when there is none.

        Raises LeaseLost when another owner has the lease.
        """
        try:
            self._table.delete(key, **mine(lease, condition, **expression))
        except ConditionFailed as failed:
            raise LeaseLost from failed


def _with(
    expression: Mapping[str, Any], condition: str, values: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        **expression,
        "condition": condition,
        "values": {**expression.get("values", {}), **values},
    }
