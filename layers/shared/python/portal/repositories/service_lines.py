"""The Order and the eSIM line of each WHMCS service.

They are items `SERVICE#<WHMCS service id>`, `META` of the workflow table. They are written when a
service is set up, and are never deleted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from portal.domain.service_line import ServiceLine
from portal.repositories.dynamodb import Table

PREFIX = "SERVICE#"
MOST_IN_ONE_WRITE = 100  # Source: DynamoDB API reference, TransactWriteItems.


class DynamoServiceLines:
    """`ServiceLines` over the workflow table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def remember(self, lines: Sequence[ServiceLine]) -> None:
        """Store lines, up to a hundred in one transaction."""
        for start in range(0, len(lines), MOST_IN_ONE_WRITE):
            part = lines[start : start + MOST_IN_ONE_WRITE]
            self._table.transact([{"Put": {"item": _item(line)}} for line in part])

    def of_service(self, service_id: int) -> ServiceLine | None:
        """Return the line of a service; None when the portal did not set the service up."""
        item = self._table.get(_key(service_id))
        return None if item is None else _line(item)

    def of_services(self, service_ids: Sequence[int]) -> Mapping[int, ServiceLine]:
        """Return the lines of up to a hundred services by service id, in one read."""
        items = self._table.get_many([_key(service_id) for service_id in service_ids])
        return {line.service_id: line for line in map(_line, items)}


def _line(item: Mapping[str, Any]) -> ServiceLine:
    return ServiceLine(
        service_id=int(str(item["pk"]).removeprefix(PREFIX)),
        sf_order_id=str(item["sfOrderId"]),
        order_item_id=str(item["orderItemId"]),
        user_id=str(item["userId"]),
        client_id=int(item["clientId"]),
        provider=str(item.get("provider") or ""),
        line_id=str(item.get("lineId") or ""),
        plan=str(item.get("plan") or ""),
        pid=int(item.get("pid") or 0),
        iccid=str(item.get("iccid") or ""),
    )


def _item(line: ServiceLine) -> dict[str, Any]:
    return {
        **_key(line.service_id),
        "sfOrderId": line.sf_order_id,
        "orderItemId": line.order_item_id,
        "userId": line.user_id,
        "clientId": line.client_id,
        "provider": line.provider or None,
        "lineId": line.line_id or None,
        "plan": line.plan or None,
        "pid": line.pid or None,
        "iccid": line.iccid or None,
    }


def _key(service_id: int) -> dict[str, str]:
    return {"pk": f"{PREFIX}{service_id}", "sk": "META"}
