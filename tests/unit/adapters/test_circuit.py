"""A circuit per upstream: closed, open, half open, shared through the table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from aws_lambda_powertools.utilities.circuit_breaker import base
from aws_lambda_powertools.utilities.circuit_breaker.persistence import base as persistence
from moto import mock_aws
from portal.adapters.circuit import FAILURES, OPEN_SECONDS, Circuit
from portal.domain.upstream import (
    OutcomeUnknown,
    Refused,
    Throttled,
    Unauthorized,
    Unavailable,
    UpstreamError,
)
from portal.engine.failures import CIRCUIT_OPEN, Wait, classify

from tests.conftest import REGION


@pytest.fixture(scope="module")
def table() -> Iterator[str]:
    with mock_aws():
        boto3.client("dynamodb", region_name=REGION).create_table(
            TableName="idempotency",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield "idempotency"


def fail(circuit: Circuit, kind: type[UpstreamError] = Unavailable) -> None:
    def call() -> None:
        raise kind("whmcs", "GetProducts", "down")

    with pytest.raises(kind):
        circuit.run(call)


@pytest.mark.parametrize("kind", [Unavailable, OutcomeUnknown, Unauthorized, Throttled])
def test_it_opens_and_tells_when_to_come_back(table: str, kind: type[UpstreamError]) -> None:
    circuit = Circuit(f"whmcs-{kind.__name__}", table=table)
    for _ in range(FAILURES):
        fail(circuit, kind)
    with pytest.raises(Throttled) as opened:
        circuit.run(lambda: pytest.fail("must not be called"))
    assert (opened.value.code, opened.value.retry_after) == (CIRCUIT_OPEN, OPEN_SECONDS)
    assert isinstance(classify(opened.value), Wait)


def test_refusals_are_no_failures(table: str) -> None:
    circuit = Circuit("refusing", table=table)
    for _ in range(FAILURES * 2):
        fail(circuit, Refused)
    assert circuit.run(lambda: "called") == "called"


def test_one_success_starts_the_count_anew(table: str) -> None:
    circuit = Circuit("flapping", table=table)
    for _ in range(FAILURES * 2):
        fail(circuit)
        assert circuit.run(lambda: 1) == 1


class FakeTime:
    """What Powertools' breaker imports as `dt`."""

    def __init__(self) -> None:
        self.offset = timedelta(0)
        self.datetime = self

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset


def test_it_closes_after_one_good_probe_and_other_workers_see_it(
    table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = FakeTime()
    for module in (base, persistence):
        monkeypatch.setattr(module, "dt", clock)
    circuit, other = Circuit("recovering", table=table), Circuit("recovering", table=table)
    for _ in range(FAILURES):
        fail(circuit)
    with pytest.raises(Throttled):
        other.run(lambda: 1)
    clock.offset += timedelta(seconds=OPEN_SECONDS + 1)
    assert circuit.run(lambda: "probe") == "probe"
    clock.offset += timedelta(seconds=6)
    assert other.run(lambda: "again") == "again"


def test_upstreams_have_circuits_of_their_own(table: str) -> None:
    broken, fine = Circuit("broken", table=table), Circuit("fine", table=table)
    for _ in range(FAILURES):
        fail(broken)
    assert fine.run(lambda: "called") == "called"
