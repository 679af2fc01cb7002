"""How often the line of a service was reissued.

Items of the workflow table: `SERVICE#<WHMCS service id>`, `REISSUE#<operation id>`, with `at` in
epoch seconds. They go after 400 days, as the history of jobs.
"""

from __future__ import annotations

from portal.repositories.dynamodb import ConditionFailed, Table

KEEP = 400 * 86_400
PREFIX = "REISSUE#"


class DynamoLineReissues:
    """`LineReissues` over the workflow table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def remember(self, service_id: int, operation_id: str, at: float) -> None:
        """The first time counts: a retry of the operation is no other reissue."""
        item = {
            "pk": _pk(service_id),
            "sk": f"{PREFIX}{operation_id}",
            "at": int(at),
            "expiration": int(at) + KEEP,
        }
        try:
            self._table.put(item, condition="attribute_not_exists(pk)")
        except ConditionFailed:
            return

    def forget(self, service_id: int, operation_id: str) -> None:
        """Delete its item."""
        self._table.delete({"pk": _pk(service_id), "sk": f"{PREFIX}{operation_id}"})

    def since(self, service_id: int, since: float) -> int:
        """Counted in a strongly consistent read."""
        found = self._table.query(
            where="pk = :pk AND begins_with(sk, :prefix)",
            values={":pk": _pk(service_id), ":prefix": PREFIX},
            ConsistentRead=True,
        )
        return sum(int(item["at"]) >= since for item in found)


def _pk(service_id: int) -> str:
    return f"SERVICE#{service_id}"
