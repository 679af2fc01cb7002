"""The frame of the emulators: faults in both phases, journal, admin API."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import pytest
import requests
from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from local.demo.data import esim_access_seed, gigs_seed, salesforce_seed, whmcs_seed
from local.emulators.esim_access.emulator import EsimAccess
from local.emulators.gigs.emulator import Gigs
from local.emulators.kit.emulator import Emulator
from local.emulators.kit.middleware import Incoming
from local.emulators.kit.server import Running, running
from local.emulators.salesforce.app import SalesforceEmulator
from local.emulators.sendgrid.emulator import SendGrid
from local.emulators.whmcs.emulator import Whmcs


class Switches(BaseModel):
    model_config = ConfigDict(extra="forbid")
    loud: bool = False


class Counter(Emulator[Switches]):
    name = "counter"

    def __init__(self) -> None:
        super().__init__(Switches())
        self.count = 0

    def routes(self) -> Sequence[BaseRoute]:
        async def add(_: Request) -> Response:
            self.count += 1
            return JSONResponse({"count": self.count})

        return [Route("/add", add, methods=["POST"])]

    def name_operation(self, incoming: Incoming) -> str:
        return incoming.path.strip("/")

    def operations(self) -> Collection[str]:
        return ["add"]

    def clear(self) -> None:
        self.count = 0

    def seed(self, data: dict[str, Any]) -> None:
        self.count = int(data["count"])

    def dump(self) -> dict[str, Any]:
        return {"count": self.count}


@pytest.fixture
def counter() -> Iterator[Running]:
    with running(Counter()) as server:
        yield server


def add(server: Running) -> requests.Response:
    return requests.post(f"{server.url}/add", timeout=5)


def fault(server: Running, **rule: Any) -> dict[str, Any]:
    answer = requests.post(f"{server.admin}/faults", json=rule, timeout=5)
    assert answer.status_code == 201, answer.text
    result: dict[str, Any] = answer.json()
    return result


@pytest.mark.parametrize(
    ("kind", "committed"),
    [("reset", False), ("drop_answer", True), ("reset_after", True)],
)
def test_cut_connection_commits_or_not_as_documented(
    counter: Running, kind: str, committed: bool
) -> None:
    fault(counter, kind=kind, operation="ADD")
    with pytest.raises(requests.ConnectionError):
        add(counter)
    assert counter.emulator.dump() == {"count": int(committed)}
    assert [c.committed for c in counter.emulator.journal.calls()] == [committed]
    assert add(counter).json() == {"count": int(committed) + 1}


@pytest.mark.parametrize("kind", ["status", "html", "empty"])
def test_refusal_never_reaches_the_vendor(counter: Running, kind: str) -> None:
    fault(counter, kind=kind, status=502, body={"oh": "no"}, headers={"Retry-After": "7"})
    answer = add(counter)
    assert answer.status_code == 502
    assert answer.headers["Retry-After"] == "7"
    assert counter.emulator.dump() == {"count": 0}


def test_a_refusal_repeats_what_was_sent(counter: Running) -> None:
    said = {"errors": [{"message": "no: {request}", "code": 7}]}
    fault(counter, kind="status", status=400, body=said, times=2)
    answer = requests.post(f"{counter.url}/add?q=a%20b", json={"x": {"y": ["c", 1]}}, timeout=5)
    assert answer.json() == {"errors": [{"message": "no: a b / c", "code": 7}]}
    answer = requests.post(f"{counter.url}/add", data={"email": "d@example.com"}, timeout=5)
    assert answer.json()["errors"][0]["message"] == "no: d@example.com"


def test_answer_is_replaced_or_garbled_after_the_commit(counter: Running) -> None:
    fault(counter, kind="replace", status=500, body="<html>")
    fault(counter, kind="garble")
    assert (add(counter).status_code, add(counter).text) == (500, '{"cou')
    assert counter.emulator.dump() == {"count": 2}


def test_skip_and_times_select_the_requests(counter: Running) -> None:
    fault(counter, kind="status", status=500, skip=1, times=2)
    assert [add(counter).status_code for _ in range(4)] == [200, 500, 500, 200]


@pytest.mark.parametrize(("phase", "count"), [("before", 0), ("after", 1)])
def test_held_request_of_a_caller_that_hung_up(counter: Running, phase: str, count: int) -> None:
    rule = fault(counter, kind="hold", phase=phase)
    with pytest.raises(requests.ReadTimeout):
        requests.post(f"{counter.url}/add", timeout=0.3)
    held = requests.get(f"{counter.admin}/faults/{rule['id']}", timeout=5).json()
    assert held["hits"] == 1
    assert counter.emulator.dump() == {"count": count}


def test_admin_explains_mistakes(counter: Running) -> None:
    for path, body in [("faults", {"kind": "explode"}), ("seed", {}), ("clock", {})]:
        answer = requests.post(f"{counter.admin}/{path}", json=body, timeout=5)
        assert answer.status_code == 400
        assert "error" in answer.json()
    assert requests.patch(f"{counter.admin}/switches", json={"x": 1}, timeout=5).status_code == 400


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (
            {"kind": "reset", "operation": "ad"},
            "counter has no operation 'ad': did you mean 'add'?",
        ),
        (
            {"kind": "reset", "operation": "x"},
            "counter has no operation 'x': GET /_admin/operations",
        ),
        ({"kind": "delay"}, "a fault of kind delay needs 'seconds'"),
        ({"kind": "status"}, "a fault of kind status needs 'status'"),
        ({"kind": "replace", "body": {}}, "a fault of kind replace needs 'status'"),
        ({"kind": "reset", "path": "("}, "path: '(' is no regular expression"),
        ({"kind": "reset", "method": "FETCH"}, "method: Input should be 'GET'"),
        ({"operation": "add"}, "kind: Field required"),
        ({"kind": "reset", "operatoin": "add"}, "operatoin: Extra inputs are not permitted"),
    ],
)
def test_a_fault_that_could_never_happen_is_refused(
    counter: Running, rule: dict[str, Any], says: str
) -> None:
    answer = requests.post(f"{counter.admin}/faults", json=rule, timeout=5)
    assert answer.status_code == 400
    assert says in answer.json()["error"]
    assert counter.emulator.faults.as_json() == []


def test_a_body_that_is_no_json_is_named(counter: Running) -> None:
    answer = requests.post(f"{counter.admin}/faults", data="{", timeout=5)
    assert answer.status_code == 400
    assert "the body is no JSON" in answer.json()["error"]


@pytest.mark.parametrize(
    ("emulator", "names"),
    [
        (SalesforceEmulator(), {"token", "query", "composite/graph", "PATCH Order"}),
        (Whmcs(), {"AddOrder", "GetPayMethods", "GET /oauth/singlesignon.php"}),
        (Gigs(), {"POST subscriptions", "GET sims/credentials", "POST subscriptions/search"}),
        (SendGrid(), {"mail/send", "scopes"}),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_every_emulator_lists_its_operations(emulator: Emulator[Any], names: set[str]) -> None:
    with running(emulator) as server:
        listed = requests.get(f"{server.admin}/operations", timeout=5).json()["operations"]
        assert names <= set(listed)
        for operation in sorted(names):
            fault(server, kind="reset", operation=operation.upper())
        wrong = {"kind": "reset", "operation": "GET nothing"}
        assert requests.post(f"{server.admin}/faults", json=wrong, timeout=5).status_code == 400


def test_reset_goes_back_to_the_beginning(counter: Running) -> None:
    add(counter)
    fault(counter, kind="status", status=500, times=None)
    requests.patch(f"{counter.admin}/switches", json={"loud": True}, timeout=5)
    requests.post(f"{counter.admin}/clock", json={"advance": 3600}, timeout=5)
    assert requests.post(f"{counter.admin}/reset", timeout=5).status_code == 204
    assert counter.emulator.dump() == {"count": 0}
    assert requests.get(f"{counter.admin}/switches", timeout=5).json() == {"loud": False}
    assert add(counter).status_code == 200


@pytest.mark.parametrize(
    ("emulator", "seed"),
    [
        (SalesforceEmulator(), salesforce_seed("a key")),
        (Whmcs(), whmcs_seed()),
        (Gigs(), gigs_seed()),
        (EsimAccess(), esim_access_seed()),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_saved_records_are_restored_as_often_as_wanted(
    emulator: Emulator[Any], seed: dict[str, Any]
) -> None:
    emulator.seed(seed)
    saved, seeded = emulator.save(), emulator.dump()
    for _ in range(2):
        emulator.reset()
        assert emulator.dump() != seeded
        emulator.restore(saved)
        assert emulator.dump() == seeded


def test_an_emulator_says_that_its_records_cannot_be_saved() -> None:
    with pytest.raises(NotImplementedError, match="the records of sendgrid cannot be saved"):
        SendGrid().save()
