"""Jobs, keys, claims and history in DynamoDB (moto)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from moto import mock_aws
from portal.domain.lease import Lease
from portal.domain.upstream import Unavailable
from portal.engine.model import Event, Hold, Job, KeyUse, LastError, StepRecord, StepState
from portal.engine.ports import HoldTaken, KeyTaken, StaleJob
from portal.engine.states import Status
from portal.repositories.claims import DynamoClaims
from portal.repositories.dynamodb import Table
from portal.repositories.replays import DynamoReplayGuard
from portal.repositories.subscribers import DynamoSubscribers
from portal.repositories.workflow import (
    DynamoJobStore,
    job_from,
    job_item,
    timestamp,
)

from tests.fakes.workflow import toy_job
from tests.unit.repositories.workflow_table import create_workflow_table

NOW = 1_790_000_000.123
JOB = toy_job(id="provision#1", requested_at=NOW, updated_at=NOW)
FULL = JOB.changed(
    status=Status.STOPPING,
    runs=3,
    version=7,
    exclusive="line#7",
    correlation_id="corr",
    input={"requestedBy": "005"},
    steps={
        "load": StepRecord(
            state=StepState.DONE, attempt=1, started_at=NOW, done_at=NOW + 1, data={"a": [1, {}]}
        ),
        "check": StepRecord(state=StepState.STARTED, attempt=1, started_at=NOW + 2),
    },
    current_step="check",
    lease=Lease("me", int(NOW) + 60),
    next_at=NOW + 5,
    due_at=NOW - 5,
    waits=2,
    waiting_since=NOW,
    cancel_requested=True,
    ending=Status.FAILED,
    last_error=LastError(code="order-empty", message="m", step="check", at=NOW),
    result={"x": {"y": "z"}},
    started_at=NOW,
    finished_at=NOW + 9,
)
USE = KeyUse(job_id="provision#1", payload_hash="h", attempt=1)


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with mock_aws():
        dynamodb = boto3.client("dynamodb", region_name="ap-northeast-1")
        create_workflow_table(dynamodb)
        dynamodb.create_table(
            TableName="ephemeral",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield dynamodb


@pytest.fixture
def table(client: Any) -> Table:
    for item in client.scan(TableName="workflow")["Items"]:
        client.delete_item(TableName="workflow", Key={"pk": item["pk"], "sk": item["sk"]})
    return Table("workflow", client=lambda: client)


@pytest.fixture
def store(table: Table) -> DynamoJobStore:
    return DynamoJobStore(table)


@pytest.mark.parametrize("job", [JOB, FULL])
def test_a_job_survives_its_item(job: Job) -> None:
    item = {key: value for key, value in job_item(job).items() if value is not None}
    assert job_from(item) == job


def test_a_job_survives_the_table(store: DynamoJobStore) -> None:
    written = store.replace(FULL.changed(version=0))
    assert written.version == 1
    assert store.get("provision#1") == written
    assert store.get("provision#2") is None


def test_only_one_of_two_writers_wins(store: DynamoJobStore) -> None:
    read = store.replace(JOB)
    winner = store.replace(read.changed(lease=Lease("a", 0)))
    with pytest.raises(StaleJob) as stale:
        store.replace(read.changed(lease=Lease("b", 0)))
    assert stale.value.found == winner
    with pytest.raises(StaleJob):
        store.replace(JOB)


def test_job_and_key_are_written_together_or_not_at_all(store: DynamoJobStore) -> None:
    begun = store.begin(JOB, "key-1", USE)
    assert store.key_use("key-1") == USE
    assert store.key_use("key-2") is None
    other = JOB.changed(id="provision#2")
    with pytest.raises(KeyTaken):
        store.begin(other, "key-1", USE)
    assert store.get("provision#2") is None
    with pytest.raises(StaleJob) as stale:
        store.begin(JOB, "key-2", USE)
    assert stale.value.found == begun
    assert store.key_use("key-2") is None


def test_the_index_sorts_by_age_and_scheduled_jobs_by_due_time(store: DynamoJobStore) -> None:
    for number, age in enumerate([30, 10, 20], start=1):
        store.replace(JOB.changed(id=f"provision#{number}", updated_at=NOW - age))
    for number, due in ((7, NOW + 100), (8, NOW - 100)):
        store.replace(JOB.changed(id=f"provision#{number}", status=Status.SCHEDULED, due_at=due))
    assert list(store.waiting(Status.QUEUED, until=NOW - 15)) == ["provision#1", "provision#3"]
    assert list(store.waiting(Status.SCHEDULED, until=NOW)) == ["provision#8"]
    assert list(store.waiting(Status.RUNNING, until=NOW)) == []


def test_a_due_time_counts_for_scheduled_jobs_alone(store: DynamoJobStore) -> None:
    """One that was scheduled once is stuck when it has not been written for long."""
    for number, due in enumerate((NOW - 100, NOW + 100)):
        store.replace(
            JOB.changed(id=f"provision#{number}", status=Status.RUNNING, updated_at=NOW, due_at=due)
        )
    assert list(store.waiting(Status.RUNNING, until=NOW - 1)) == []
    assert len(list(store.waiting(Status.RUNNING, until=NOW))) == 2


def test_a_line_of_history_says_everything(store: DynamoJobStore) -> None:
    store.remember(
        "provision#1", Event(at=NOW, attempt=2, kind="retry", step="load", detail="code")
    )
    (line,) = store.history("provision#1")
    told = {name: line[name] for name in ("attempt", "kind", "step", "detail")}
    assert told == {"attempt": 2, "kind": "retry", "step": "load", "detail": "code"}


def test_history_is_kept_in_order_and_never_in_the_way(store: DynamoJobStore) -> None:
    for second in (2, 1):
        event = Event(at=NOW + second, attempt=1, kind="step-done", step=f"s{second}")
        store.remember("provision#1", event)
    assert [line["step"] for line in store.history("provision#1")] == ["s1", "s2"]

    class Down:
        def put_item(self, **_: Any) -> None:
            raise EndpointConnectionError(endpoint_url="x")

    down: Any = Down()
    DynamoJobStore(Table("workflow", client=lambda: down)).remember("provision#1", event)


def test_an_unreachable_table_is_unavailable() -> None:
    class Down:
        def __getattr__(self, name: str) -> Any:
            raise EndpointConnectionError(endpoint_url="x")

    down: Any = Down()
    with pytest.raises(Unavailable):
        DynamoJobStore(Table("workflow", client=lambda: down)).replace(JOB)


def test_a_thing_has_one_owner_for_good(table: Table) -> None:
    claims = DynamoClaims(table)
    assert claims.claim("whmcs-order#7", "provision#1") == "provision#1"
    assert claims.claim("whmcs-order#7", "provision#2") == "provision#1"
    assert claims.claim("whmcs-order#7", "provision#1") == "provision#1"
    assert claims.claim("whmcs-order#8", "provision#2") == "provision#2"


def test_subscribers_are_remembered_per_provider(table: Table) -> None:
    subscribers = DynamoSubscribers(table)
    assert subscribers.find("gigs", "user-1") is None
    subscribers.remember("gigs", "user-1", "usr_1")
    assert subscribers.find("gigs", "user-1") == "usr_1"
    assert subscribers.find("esim_access", "user-1") is None


def test_a_refused_request_is_remembered_for_as_long_as_it_could_work(client: Any) -> None:
    now = [NOW]
    guard = DynamoReplayGuard(Table("ephemeral", client=lambda: client), clock=lambda: now[0])
    assert not guard.refused_before("f")
    guard.refuse("f")
    assert guard.refused_before("f")
    assert not guard.refused_before("g")
    now[0] += 601
    assert guard.refused_before("f")
    now[0] += 600
    assert not guard.refused_before("f")


@pytest.mark.parametrize(
    ("epoch", "text"),
    [(0.0, "1970-01-01T00:00:00.000Z"), (1_790_000_000.5, "2026-09-21T14:13:20.500Z")],
)
def test_times_sort_as_text(epoch: float, text: str) -> None:
    assert timestamp(epoch) == text


def test_a_hold_passes_only_from_the_attempt_that_was_read(store: DynamoJobStore) -> None:
    first, second = (
        toy_job(id=f"toy#{number}", subject=number, exclusive="line#7") for number in "12"
    )
    held = Hold("toy#1", 1)
    assert store.hold("line#7") is None
    begun = store.begin(first, "k1", USE)
    assert store.hold("line#7") == held
    with pytest.raises(HoldTaken):
        store.begin(second, "k2", USE)
    assert store.get("toy#2") is None
    assert store.key_use("k2") is None
    store.begin(begun.changed(attempt=2), "k3", USE, held=held)
    with pytest.raises(HoldTaken):
        store.begin(second, "k2", USE, held=held)
    store.begin(second, "k2", USE, held=Hold("toy#1", 2))
    assert store.hold("line#7") == Hold("toy#2", 1)
