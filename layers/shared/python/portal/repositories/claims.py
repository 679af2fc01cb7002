"""Claims on records of other systems, for example on a WHMCS order.

They are items `CLAIM#<thing>`, `META` of the workflow table. They are never deleted, because a
claim keeps a second job from taking the same WHMCS order at any later time.
"""

from __future__ import annotations

from portal.repositories.dynamodb import ConditionFailed, Table


class DynamoClaims:
    """`Claims` over the workflow table. Each thing belongs to one job for good."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def claim(self, thing: str, job_id: str) -> str:
        """Claim a thing for a job. Returns the id of the job that has claimed it."""
        item = {"pk": f"CLAIM#{thing}", "sk": "META", "jobId": job_id}
        try:
            self._table.put(item, condition="attribute_not_exists(pk)")
        except ConditionFailed as taken:
            return str((taken.item or item)["jobId"])
        return job_id
