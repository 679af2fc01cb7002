"""Leases on items of a DynamoDB table: `leaseOwner` and `leaseUntil` (epoch seconds).

Taking a lease is conditional on the time: the former one has run out. Everything that is written
under a lease is conditional on its owner, so that whoever lost it changes nothing. A lease that
is given back keeps its owner's name, so that a repeated request of the owner passes as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.domain.lease import LONGEST_SECONDS, Lease, LeaseLost
from portal.repositories.dynamodb import ConditionFailed, Table

# Without parentheses of its own: DynamoDB refuses redundant ones.
FREE = "attribute_not_exists(leaseUntil) OR leaseUntil <= :leaseNow OR leaseUntil > :leaseLongest"
MINE = "leaseOwner = :leaseOwner"


def leased(lease: Lease) -> dict[str, Any]:
    """The attributes of an item that is written together with its lease."""
    return {"leaseOwner": lease.owner, "leaseUntil": lease.until}


def lease_of(item: Mapping[str, Any]) -> Lease:
    """The lease of an item; one that nobody holds when the item never had any."""
    return Lease(owner=str(item.get("leaseOwner", "")), until=int(item.get("leaseUntil", 0)))


def mine(lease: Lease, condition: str = "", **expression: Any) -> dict[str, Any]:
    """An expression for `Table` whose condition is that the lease is still this owner's."""
    return _with(
        expression, f"{MINE} AND {condition}" if condition else MINE, {":leaseOwner": lease.owner}
    )


class LeasedItems:
    """The items of a table that are worked on under a lease."""

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
        """Take the lease and make a change (` …` after SET); returns the item.

        Raises ConditionFailed when the lease is another owner's or `condition` does not hold;
        its `item` says which.
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
        """Apply an update expression under the lease; returns the item. Raises LeaseLost."""
        try:
            return self._table.update(key, set=change, **mine(lease, condition, **expression))
        except ConditionFailed as failed:
            raise LeaseLost from failed

    def release(
        self, key: Mapping[str, Any], lease: Lease, change: str = "", **expression: Any
    ) -> dict[str, Any]:
        """End the lease, with last changes (` …` after SET). Raises LeaseLost."""
        more = f", {change}" if change else ""
        expression["values"] = {**expression.get("values", {}), ":leaseOver": 0}
        return self.change(key, lease, f"SET leaseUntil = :leaseOver{more}", **expression)

    def forget(
        self, key: Mapping[str, Any], lease: Lease, *, condition: str = "", **expression: Any
    ) -> None:
        """Delete the item. Raises LeaseLost when it is another owner's; none is fine."""
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
