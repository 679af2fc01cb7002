"""The record of who has seen which activation code.

Items of the workflow table: `SERVICE#<WHMCS service id>`, `CODE_VIEW#<time>#<correlation id>`,
next to the service's own. They are kept without expiry, because a line that was taken over may be
noticed late.
"""

from __future__ import annotations

from datetime import UTC

from portal.ports.code_views import CodeView
from portal.repositories.dynamodb import Table


class DynamoCodeViews:
    """`CodeViews` over the workflow table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def record(self, view: CodeView) -> None:
        """Write one item per view."""
        at = view.at.astimezone(UTC).isoformat(timespec="milliseconds")
        self._table.put(
            {
                "pk": f"SERVICE#{view.service_id}",
                "sk": f"CODE_VIEW#{at}#{view.correlation_id}",
                "lineId": view.line_id,
                "userId": view.user_id,
                "authTime": view.auth_time,
            }
        )
