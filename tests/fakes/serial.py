"""A table of moto's that many threads may use at once, made once for many tests.

moto checks a condition and writes in two steps; DynamoDB does it in one. A lock around each call
gives moto that property, and leaves the interleaving of calls to the threads.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import boto3
from moto import mock_aws
from portal.repositories.dynamodb import Table

from bench.quick_moto import quicken
from tests.conftest import REGION

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NAME = "table"


class SerialDynamo:
    """A DynamoDB client, one call at a time."""

    def __init__(self, client: DynamoDBClient) -> None:
        self._lock = threading.Lock()
        self._client = client

    def __getattr__(self, operation: str) -> Any:
        real = getattr(self._client, operation)

        def one_at_a_time(**arguments: Any) -> Any:
            with self._lock:
                return real(**arguments)

        return one_at_a_time


def serialised(client: DynamoDBClient) -> Callable[[], Any]:
    """What `Table` takes for a client: this one, a call at a time."""
    serial = SerialDynamo(client)
    return lambda: serial


class TestTable(Table):
    """A table with the key `pk` that can be looked into and emptied."""

    __test__ = False

    def __init__(self, client: DynamoDBClient) -> None:
        serial: Any = SerialDynamo(client)
        super().__init__(NAME, lambda: serial)
        self._raw = client

    def items(self) -> list[dict[str, Any]]:
        """Everything, as DynamoDB has it."""
        return [dict(item) for item in self._raw.scan(TableName=NAME)["Items"]]

    def empty(self) -> None:
        """Delete everything."""
        for item in self.items():
            self._raw.delete_item(TableName=NAME, Key={"pk": item["pk"]})


@contextmanager
def serial_table() -> Iterator[TestTable]:
    """A fresh table; creating a moto account and a client costs a quarter of a second."""
    quicken()
    with mock_aws():
        client = boto3.client("dynamodb", region_name=REGION)
        client.create_table(
            TableName=NAME,
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield TestTable(client)
