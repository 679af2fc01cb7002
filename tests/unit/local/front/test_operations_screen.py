"""Top-ups and reissues on the operator's pages: how they stand, and what can be done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from portal.engine.model import Event, Job, LastError, StepRecord, StepState
from portal.engine.states import Status
from portal.repositories.workflow import DynamoJobStore, job_item

from local.front.operations import FUNCTION, StoredOperations
from tests.fakes.workflow import START
from tests.tables import WORKFLOW, Tables, module_tables, tables  # noqa: F401  # fixtures
from tests.unit.local.conftest import Door

TOPUP, REISSUE = "topup-" + "0a" * 16, "reissue-" + "0b" * 16
INPUT = {"userId": "user-1", "clientId": "42", "serviceId": "77", "asked": "fingerprint"}
JSON = {"Accept": "application/json"}


def operation(name: str, status: Status, **changes: Any) -> Job:
    kind = name.partition("-")[0]
    return Job(
        id=f"{kind}#{name}",
        kind=kind,
        subject=name,
        status=status,
        attempt=1,
        version=1,
        requested_at=START,
        updated_at=START,
        correlation_id=f"correlation-{kind}",
        exclusive="line#77",
        input=INPUT,
    ).changed(**changes)


FAILED = operation(
    TOPUP,
    Status.FAILED,
    last_error=LastError(code="esim-refused", message="<secret>", step="top_up", at=START),
    steps={
        "invoice": StepRecord(
            state=StepState.DONE, attempt=1, started_at=START, data={"invoiceId": 9001}
        )
    },
)
RUNNING = operation(REISSUE, Status.RUNNING, current_step="reissue")


@pytest.fixture
def desk(door: Door) -> Iterator[Door]:
    door.operations.jobs = {TOPUP: FAILED, REISSUE: RUNNING}
    door.operations.history = {
        TOPUP: [
            {
                "sk": "EVT#2026-11-27T06:11:03.120Z#0a",
                "attempt": 1,
                "kind": "step-done",
                "step": "load",
            },
            # The table holds no empty values.
            {"sk": "EVT#2026-11-27T06:11:04.000Z#0b", "attempt": 1, "kind": "succeeded"},
        ]
    }
    yield door
    vars(door.operations).update(jobs={}, history={}, down=False)


@pytest.mark.parametrize("path", ["/salesforce", "/ops/operations"])
def test_both_lists_show_state_error_and_what_to_do(desk: Door, path: str) -> None:
    page = desk.client.get(path).text
    for shown in (
        f'<a href="/ops/operations/{TOPUP}">topup 0a0a0a</a>',
        "<code>esim-refused</code>",
        "The eSIM provider refused; the job&#39;s record has its reason.",
        "operation redrive",
        "operation cancel",
        'href="/ops/trace?id=correlation-reissue"',
    ):
        assert shown in page
    assert "secret" not in page


def test_programs_read_them_too(desk: Door) -> None:
    failed, running = desk.client.get("/ops/operations", headers=JSON).json()["operations"]
    assert (failed["error"], failed["commands"]) == (
        "esim-refused",
        [f"ops operation redrive {TOPUP}"],
    )
    assert (running["status"], running["step"], running["commands"]) == (
        "running",
        "reissue",
        [f"ops operation cancel {REISSUE}"],
    )
    listed = desk.client.get("/salesforce", headers=JSON).json()["operations"]
    assert [one["operationId"] for one in listed] == [TOPUP, REISSUE]


def test_one_operation_with_steps_history_and_a_link_to_its_logs(desk: Door) -> None:
    page = desk.client.get(f"/ops/operations/{TOPUP}").text
    for shown in (
        "esim-refused in top_up",
        f"<code>ops operation redrive {TOPUP}</code>",
        'href="/ops/trace?id=correlation-topup"',
        "Invoice 9001 in WHMCS",
        'href="/ops/docs/runbooks/topup-failed.md"',
        "step-done",
        "27 Nov 2026, 15:11:03.120 JST",
    ):
        assert shown in page
    assert "secret" not in page


def test_an_operation_that_is_none(desk: Door) -> None:
    assert desk.client.get(f"/ops/operations/{TOPUP[:-1]}c").status_code == 404


def test_without_the_table_the_rest_is_shown(desk: Door) -> None:
    desk.operations.down = True
    page = desk.client.get("/salesforce")
    assert (page.status_code, "cannot be read" in page.text) == (200, True)
    assert "00000100" in page.text
    assert desk.client.get("/ops/operations", headers=JSON).status_code == 502
    one = desk.client.get(f"/ops/operations/{TOPUP}")
    assert (one.status_code, "DynamoDB of the local stack" in one.text) == (502, True)


class Aws:
    """The clients of a stack: a Lambda that names the table, and DynamoDB."""

    def __init__(self, stored: Tables) -> None:
        self._tables = stored

    def __call__(self, service: str) -> Any:
        return self if service == "lambda" else self._tables[WORKFLOW]._client()

    def get_function_configuration(self, *, FunctionName: str) -> dict[str, Any]:  # noqa: N803  # boto3's name
        assert FunctionName == FUNCTION
        return {"Environment": {"Variables": {"WORKFLOW_TABLE": WORKFLOW}}}


def test_they_are_read_from_the_workflow_table(tables: Tables) -> None:  # noqa: F811  # the fixture
    tables[WORKFLOW].put(job_item(FAILED))
    tables[WORKFLOW].put({"pk": "provision#801", "sk": "META"})
    store = DynamoJobStore(tables[WORKFLOW])
    store.remember(FAILED.id, Event(at=START, attempt=1, kind="step-done", step="load"))
    stored = StoredOperations(Aws(tables))
    assert [job.subject for job in stored.newest(10)] == [TOPUP]
    found = stored.find(TOPUP)
    assert found is not None
    assert [line["kind"] for line in found[1]] == ["step-done"]
    assert (stored.find(REISSUE), stored.find("x")) == (None, None)
