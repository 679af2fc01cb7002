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
    CircuitOpen,
    OutcomeUnknown,
    Refused,
    Throttled,
    Unauthorized,
    Unavailable,
    UpstreamError,
)
from portal.engine.failures import Wait, classify

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


def fail(circuit: Circuit, kind: type[UpstreamError] = Unavailable) -> UpstreamError:
    def call() -> None:
        raise kind("whmcs", "GetProducts", "down")

    with pytest.raises(UpstreamError) as raised:
        circuit.run(call)
    return raised.value


def break_down(circuit: Circuit) -> None:
    for _ in range(FAILURES):
        fail(circuit)


@pytest.mark.parametrize("kind", [Unavailable, OutcomeUnknown, Unauthorized, Throttled])
def test_it_opens_and_tells_when_to_come_back(table: str, kind: type[UpstreamError]) -> None:
    circuit = Circuit(f"whmcs-{kind.__name__}", table=table)
    for _ in range(FAILURES - 1):
        assert type(fail(circuit, kind)) is kind
    fail(circuit, kind)
    with pytest.raises(CircuitOpen) as opened:
        circuit.run(lambda: pytest.fail("must not be called"))
    assert opened.value.retry_after == OPEN_SECONDS
    assert isinstance(classify(opened.value, str), Wait)


def test_refusals_are_no_failures(table: str) -> None:
    circuit = Circuit("refusing", table=table)
    for _ in range(FAILURES * 2):
        assert type(fail(circuit, Refused)) is Refused
    assert circuit.run(lambda: "called") == "called"


def test_one_success_starts_the_count_anew(table: str) -> None:
    circuit = Circuit("flapping", table=table)
    for _ in range(FAILURES * 2):
        fail(circuit)
        assert circuit.run(lambda: 1) == 1


@pytest.mark.parametrize("kind", [Unavailable, Throttled])
def test_the_call_that_opens_it_had_no_effect_and_costs_no_try(
    table: str, kind: type[UpstreamError]
) -> None:
    circuit = Circuit(f"opening-{kind.__name__}", table=table)
    for _ in range(FAILURES - 1):
        assert not isinstance(fail(circuit, kind), CircuitOpen)
    last = fail(circuit, kind)
    assert isinstance(last, CircuitOpen)
    assert (last.operation, last.message) == ("GetProducts", "down")
    waiting = classify(last, str)
    assert isinstance(waiting, Wait)
    assert (waiting.seconds, waiting.upstream_down) == (OPEN_SECONDS, True)


@pytest.mark.parametrize("kind", [OutcomeUnknown, Unauthorized])
def test_what_somebody_has_to_look_at_is_told_as_it_is(
    table: str, kind: type[UpstreamError]
) -> None:
    circuit = Circuit(f"telling-{kind.__name__}", table=table)
    assert {type(fail(circuit, kind)) for _ in range(FAILURES)} == {kind}


def test_a_vendor_that_asks_for_more_time_gets_it(table: str) -> None:
    circuit = Circuit("whmcs-busy", table=table)

    def call() -> None:
        raise Throttled("whmcs", "GetProducts", "busy", retry_after=OPEN_SECONDS * 3)

    for _ in range(FAILURES):
        with pytest.raises(Throttled) as raised:
            circuit.run(call)
    assert raised.value.retry_after == OPEN_SECONDS * 3


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
    break_down(circuit)
    with pytest.raises(CircuitOpen):
        other.run(lambda: 1)
    clock.offset += timedelta(seconds=OPEN_SECONDS + 1)
    assert circuit.run(lambda: "probe") == "probe"
    clock.offset += timedelta(seconds=6)
    assert other.run(lambda: "again") == "again"


def test_a_probe_that_finds_it_still_down_costs_no_try_either(
    table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = FakeTime()
    for module in (base, persistence):
        monkeypatch.setattr(module, "dt", clock)
    circuit = Circuit("still-down", table=table)
    break_down(circuit)
    for _ in range(3):
        clock.offset += timedelta(seconds=OPEN_SECONDS + 1)
        assert isinstance(fail(circuit), CircuitOpen)
    clock.offset += timedelta(seconds=OPEN_SECONDS + 1)
    assert circuit.run(lambda: "back") == "back"
    # Closed again: a single failure is an ordinary one.
    assert not isinstance(fail(circuit), CircuitOpen)


def test_upstreams_have_circuits_of_their_own(table: str) -> None:
    broken, fine = Circuit("broken", table=table), Circuit("fine", table=table)
    break_down(broken)
    assert fine.run(lambda: "called") == "called"
