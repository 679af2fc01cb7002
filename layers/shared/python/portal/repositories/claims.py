"""Which job an outside thing (a WHMCS order) belongs to.

Items of the workflow table: `CLAIM#<thing>`, `META`. Kept for good: a claim is what keeps a second
job from taking the same WHMCS order, however late.
"""

from __future__ import annotations

from portal.repositories.dynamodb import ConditionFailed, Table


class DynamoClaims:
    """`Claims` over the workflow table: one job each, for good."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def claim(self, thing: str, job_id: str) -> str:
        """Claim a thing for a job; returns the id of the job that has it."""
        item = {"pk": f"CLAIM#{thing}", "sk": "META", "jobId": job_id}
        try:
            self._table.put(item, condition="attribute_not_exists(pk)")
        except ConditionFailed as taken:
            return str((taken.item or item)["jobId"])
        return job_id
