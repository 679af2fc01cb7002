"""Events and waits in the idempotency table (moto)."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws
from portal.engine.model import Task
from portal.repositories.dynamodb import Table
from portal.repositories.esim_events import (
    KEEP_EVENTS_SECONDS,
    KEEP_WAITS_SECONDS,
    DynamoEsimWaits,
    DynamoSeenEvents,
)

from tests.fakes.clock import FakeClock


@pytest.fixture
def table() -> Iterator[Table]:
    with mock_aws():
        boto3.client("dynamodb").create_table(
            TableName="idempotency",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield Table("idempotency")


def test_an_event_is_known_for_a_week_whatever_ttl_does(table: Table) -> None:
    clock = FakeClock()
    seen = DynamoSeenEvents(table, clock=clock)
    assert not seen.seen("gigs", "evt_1")
    seen.remember("gigs", "evt_1")
    assert seen.seen("gigs", "evt_1")
    assert not seen.seen("esim_access", "evt_1")
    clock.advance(KEEP_EVENTS_SECONDS)
    assert not seen.seen("gigs", "evt_1")


def test_the_newest_wait_for_a_line_counts(table: Table) -> None:
    clock = FakeClock()
    waits = DynamoEsimWaits(table, clock=clock)
    assert waits.who_waits("gigs", "sub_1") is None
    waits.wait("gigs", ["sub_1", "sub_2"], Task("provision#801", 1))
    waits.wait("gigs", ["sub_1"], Task("provision#801", 2))
    assert waits.who_waits("gigs", "sub_1") == Task("provision#801", 2)
    assert waits.who_waits("gigs", "sub_2") == Task("provision#801", 1)
    assert waits.who_waits("esim_access", "sub_1") is None
    clock.advance(KEEP_WAITS_SECONDS)
    assert waits.who_waits("gigs", "sub_1") is None
