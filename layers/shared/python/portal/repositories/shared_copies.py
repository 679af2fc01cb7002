"""Copies of other systems' answers, in the catalogue table: `COPY#<name>`."""

from __future__ import annotations

import json
from typing import Any

from portal.repositories.dynamodb import Table


class DynamoSharedCopies:
    """`SharedCopies` over DynamoDB. `expiration` is the table's TTL attribute."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, name: str) -> tuple[Any, int] | None:
        """Return a copy and its time. TTL deletes late, so the caller must check the age."""
        item = self._table.get(_key(name))
        return None if item is None else (json.loads(item["body"]), int(item["readAt"]))

    def put(self, name: str, copy: Any, *, read_at: int, keep_seconds: int) -> None:
        """Store a copy."""
        body = json.dumps(copy, ensure_ascii=False, separators=(",", ":"))
        expiration = read_at + keep_seconds
        self._table.put({**_key(name), "body": body, "readAt": read_at, "expiration": expiration})


def _key(name: str) -> dict[str, str]:
    return {"pk": f"COPY#{name}"}
