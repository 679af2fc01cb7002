"""DynamoDB tables in memory (moto), as the infrastructure makes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws
from portal.repositories.dynamodb import Table

from bench.quick_moto import quicken
from tests.conftest import REGION
from tests.fakes.lost_answers import LostAnswers
from tests.fakes.serial import serialised

IDENTITY, IDEMPOTENCY, EPHEMERAL, CATALOG = "identity", "idempotency", "ephemeral", "catalog"
WORKFLOW = "workflow"
_KEYS = {
    IDENTITY: ("pk",),
    IDEMPOTENCY: ("id",),
    EPHEMERAL: ("pk",),
    CATALOG: ("pk",),
    WORKFLOW: ("pk", "sk"),
}


class Tables:
    """Tables by name, over one client that threads may share."""

    def __init__(self) -> None:
        client: Any = boto3.client("dynamodb", region_name=REGION)
        for name, keys in _KEYS.items():
            client.create_table(
                TableName=name,
                KeySchema=[
                    {"AttributeName": key, "KeyType": kind}
                    for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
                ],
                AttributeDefinitions=[{"AttributeName": k, "AttributeType": "S"} for k in keys],
                BillingMode="PAY_PER_REQUEST",
            )
        self.lost_answers = LostAnswers(client)
        self._serial = serialised(client)

    def __getitem__(self, name: str) -> Table:
        return Table(name, client=self._serial)

    def clear(self) -> None:
        """Delete every item."""
        for name, keys in _KEYS.items():
            for item in self.items(name):
                self._serial().delete_item(TableName=name, Key={key: item[key] for key in keys})

    def items(self, name: str) -> list[dict[str, Any]]:
        """Everything in a table, as DynamoDB writes it."""
        found: list[dict[str, Any]] = self._serial().scan(TableName=name)["Items"]
        return found


@pytest.fixture(scope="module")
def module_tables() -> Iterator[Tables]:
    """Tables for a whole module: making them takes longer than most tests."""
    quicken()
    with mock_aws():
        yield Tables()


@pytest.fixture
def tables(module_tables: Tables) -> Tables:
    """Empty tables; import both fixtures into a conftest."""
    module_tables.clear()
    return module_tables
