"""Salesforce and DynamoDB in memory, which count calls, for the real adapters and repositories."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any

from portal.adapters.salesforce.client import SalesforceClient
from portal.adapters.salesforce.login import Login
from portal.repositories.dynamodb import Table
from portal.secrets import Secret

PAGE = 2_000  # records in one page of a query (Salesforce REST API guide, Query)
ORDER_ID = "801000000000001AAA"


class CountingSalesforce(SalesforceClient):
    """Answers queries with `records`, page by page, and accepts every graph."""

    def __init__(self, records: list[dict[str, Any]] | None = None) -> None:
        url = "https://upstream.invalid"
        login = Login(url=url, secret=Secret("unused"))
        super().__init__(url=url, api_version="63.0", login=login)
        self.calls = 0
        self._records = records or []

    def request(self, method: str, path: str, **options: Any) -> Any:
        """Count one call and answer it."""
        self.calls += 1
        if path == "composite/graph":
            return _graph_answer(options["json"])
        if path == "composite":
            return _catalogue_answer(self._page(0))
        return self._page(0 if path == "query" else int(path.rpartition("-")[2]))

    def _page(self, start: int) -> dict[str, Any]:
        following = start + PAGE
        answer: dict[str, Any] = {"records": self._records[start:following]}
        answer["done"] = following >= len(self._records)
        if not answer["done"]:
            answer["nextRecordsUrl"] = f"/services/data/v63.0/query/01g-{following}"
        return answer


def _catalogue_answer(page: dict[str, Any]) -> dict[str, Any]:
    """The composite of the catalogue's query and the describe of Order."""
    parts = [
        {"referenceId": "query", "httpStatusCode": 200, "body": page},
        {"referenceId": "describe", "httpStatusCode": 200, "body": {"fields": []}},
    ]
    return {"compositeResponse": parts}


class CountingTable(Table):
    """A table that only one process uses, so every condition is met."""

    def __init__(self) -> None:
        super().__init__("memory")
        self.calls = 0
        self._items: dict[str, dict[str, Any]] = {}

    def get(self, key: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return an item, with binary values as boto3 returns them."""
        self.calls += 1
        item = self._items.get(key["pk"])
        return None if item is None else {name: _read(value) for name, value in item.items()}

    def put(self, item: Mapping[str, Any], **expression: Any) -> None:
        """PutItem."""
        self.calls += 1
        self._items[item["pk"]] = dict(item)

    def update(self, key: Mapping[str, Any], **expression: Any) -> dict[str, Any]:
        """UpdateItem with `SET a = :a, … REMOVE b`."""
        self.calls += 1
        item = self._items.setdefault(key["pk"], dict(key))
        assignments, _, removed = expression["set"].partition(" REMOVE ")
        for name, value in re.findall(r"(\w+) = (:\w+)", assignments):
            item[name] = expression["values"][value]
        for name in filter(None, (part.strip() for part in removed.split(","))):
            item.pop(name, None)
        return copy.copy(item)


class _Binary:
    """As `boto3.dynamodb.types.Binary`."""

    def __init__(self, value: bytes) -> None:
        self.value = value


def _read(value: Any) -> Any:
    return _Binary(value) if isinstance(value, bytes) else value


def _graph_answer(payload: dict[str, Any]) -> dict[str, Any]:
    (graph,) = payload["graphs"]
    parts = [
        {
            "referenceId": node["referenceId"],
            "httpStatusCode": 201,
            "body": {"Id": ORDER_ID, "OrderNumber": "00000101"},
        }
        for node in graph["compositeRequest"]
    ]
    response = {"compositeResponse": parts}
    return {"graphs": [{"graphId": "1", "isSuccessful": True, "graphResponse": response}]}
