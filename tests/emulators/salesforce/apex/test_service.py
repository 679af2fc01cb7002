"""Apex over HTTP: as the local stack calls it, with callouts that leave the emulator."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from local.emulators.kit.server import Running, running
from local.emulators.salesforce.apex import service
from local.emulators.salesforce.apex.callouts import Outgoing
from local.emulators.salesforce.app import SalesforceEmulator
from local.emulators.salesforce.ids import normalise
from local.emulators.salesforce.metadata import project_root
from local.emulators.salesforce.org import STANDARD_PRICEBOOK_ID

ADMIN = "admin@portal.example"
OPERATOR, NOBODY = "operator@portal.example", "nobody@portal.example"
ORDER, PRODUCT, PRICE, ACCOUNT = (
    str(normalise(f"{prefix}000000000009")) for prefix in ("801", "01t", "01u", "001")
)
CONTROLLER, ACTION = "aura/PortalProvisioningController", "action/PortalProvisioningAction"


@dataclass
class Portal:
    """A server in the portal's place; `hold` keeps its answer back until it is set."""

    url: str = ""
    status: int = 202
    body: str = '{"status": "queued", "attempt": 1}'
    hold: threading.Event = field(default_factory=threading.Event)
    arrived: threading.Event = field(default_factory=threading.Event)
    seen: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def serving(portal: Portal) -> Iterator[Portal]:
    """Serve on a free loopback port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            portal.seen.append((self.path, headers, body))
            portal.arrived.set()
            portal.hold.wait(20)
            answer = portal.body.encode()
            self.send_response(portal.status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class' name
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    portal.url = f"http://127.0.0.1:{server.server_port}/api"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield portal
    finally:
        portal.hold.set()
        server.shutdown()
        server.server_close()


@pytest.fixture
def portal() -> Iterator[Portal]:
    made = Portal()
    made.hold.set()
    with serving(made) as served:
        yield served


@pytest.fixture
def apex(server: Running, portal: Portal) -> Running:
    """A seeded org whose named credential leads to `portal`."""
    server.emulator.seed(
        {
            "users": [
                {"username": OPERATOR, "permissionSets": ["Portal_Operators"]},
                {"username": NOBODY},
            ],
            "credentials": {"Portal_API": {"Portal": {"SigningKey": "secret", "KeyId": "k1"}}},
            "namedCredentials": {"Portal_API": portal.url},
            "records": {
                "Account": [{"Id": ACCOUNT, "Name": "Sato"}],
                "Product2": [
                    {"Id": PRODUCT, "Name": "Fibre", "IsActive": True, "WHMCS_Product_Id__c": 3}
                ],
                "PricebookEntry": [
                    {
                        "Id": PRICE,
                        "Product2Id": PRODUCT,
                        "Pricebook2Id": STANDARD_PRICEBOOK_ID,
                        "UnitPrice": 1,
                        "IsActive": True,
                    }
                ],
                "Order": [
                    {
                        "Id": ORDER,
                        "AccountId": ACCOUNT,
                        "Pricebook2Id": STANDARD_PRICEBOOK_ID,
                        "EffectiveDate": "2026-11-27",
                        "Status": "Activated",
                        "Attempt_Count__c": 2,
                        "Last_Provisioning_At__c": "2026-11-27T01:02:03Z",
                    }
                ],
                "OrderItem": [
                    {"OrderId": ORDER, "PricebookEntryId": PRICE, "Quantity": 1.5, "UnitPrice": 1}
                ],
            },
        }
    )
    return server


def call(server: Running, path: str, **body: Any) -> requests.Response:
    return requests.post(f"{server.admin}/apex/{path}", json=body, timeout=30)


def press(server: Running, user: str = OPERATOR) -> requests.Response:
    arguments = {"orderId": ORDER}
    return call(server, f"{CONTROLLER}/provision", user=user, arguments=arguments)


def whole_line(server: Running) -> None:
    """A quantity that the portal takes."""
    items = server.emulator.dump()["OrderItem"]
    org = server.emulator._org  # type: ignore[attr-defined]  # the quickest way to change a seed
    sobject = org.schema.get("OrderItem")
    record = org.store.get(sobject, items[0]["Id"])
    org.store.put(sobject, {**record, "Quantity": 1.0})


def test_reading_returns_what_is_aura_enabled(apex: Running) -> None:
    answer = call(
        apex, f"{CONTROLLER}/readOrders", user=OPERATOR, arguments={"orderIds": [ORDER[:15]]}
    )
    assert answer.status_code == 200
    (order,) = answer.json()["returnValue"]
    assert (order["orderId"], order["accountName"]) == (ORDER, "Sato")
    assert (order["attemptCount"], order["changedAt"]) == (2, "2026-11-27T01:02:03.000Z")
    assert order["lines"][0]["quantity"] == 1.5
    assert order["stops"] == [{"code": "quantity-invalid", "detail": "Fibre"}]
    assert order["errorCode"] is None


def test_a_press_reaches_the_portal_signed(apex: Running, portal: Portal) -> None:
    whole_line(apex)
    outcome = press(apex).json()["returnValue"]
    assert (outcome["code"], outcome["accepted"], outcome["statusCode"]) == ("accepted", True, 202)
    ((path, headers, body),) = portal.seen
    assert path == f"/api/orders/{ORDER}/provision"
    assert headers["idempotency-key"] == f"{ORDER}-3"
    assert headers["x-portal-key-id"] == "k1"
    assert len(headers["x-portal-signature"]) == 67
    assert b"requestedBy" in body


def test_texts_are_in_the_users_language(apex: Running, portal: Portal) -> None:
    whole_line(apex)
    name = "tantou@portal.example"
    user = {"username": name, "permissionSets": ["Portal_Operators"], "language": "ja"}
    apex.emulator.seed({"users": [user]})
    assert press(apex, name).json()["returnValue"]["message"].startswith("ポータル")
    assert press(apex).json()["returnValue"]["message"].startswith("The portal")


def test_custom_settings_are_the_orgs_until_it_is_reset(apex: Running) -> None:
    whole_line(apex)
    rules = {"Portal_Rules__c": {"Provision_Without_Approval__c": True}}

    def stops() -> list[str]:
        arguments = {"orderIds": [ORDER]}
        answer = call(apex, f"{CONTROLLER}/readOrders", user=OPERATOR, arguments=arguments)
        (order,) = answer.json()["returnValue"]
        return [stop["code"] for stop in order["stops"]]

    org = apex.emulator._org  # type: ignore[attr-defined]  # the quickest way to change a seed
    sobject = org.schema.get("Order")
    org.store.put(sobject, {**org.store.get(sobject, ORDER), "Status": "Pending Review"})
    assert stops() == ["order-not-approved"]
    apex.emulator.seed({"customSettings": rules})
    assert stops() == []
    apex.emulator.seed({"customSettings": {"Portal_Rules__c": {}}})
    assert stops() == ["order-not-approved"]


def test_the_action_of_flows_answers_for_each_input(apex: Running) -> None:
    whole_line(apex)
    inputs = [{"orderId": ORDER}, {"orderId": str(normalise("801000000000008"))}]
    answer = call(apex, ACTION, user=OPERATOR, inputs=inputs)
    assert answer.status_code == 200
    assert [item["code"] for item in answer.json()["outputs"]] == ["accepted", "hidden"]


def test_other_requests_are_served_while_a_callout_waits(apex: Running, portal: Portal) -> None:
    whole_line(apex)
    portal.hold.clear()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(press, apex)
        assert portal.arrived.wait(10)
        state = requests.get(f"{apex.admin}/state", timeout=5)
        second = pool.submit(
            call, apex, f"{CONTROLLER}/readOrders", user=OPERATOR, arguments={"orderIds": [ORDER]}
        )
        assert state.json()["Order"][0]["Id"] == ORDER
        assert second.result(10).status_code == 200
        assert not first.done()
        portal.hold.set()
        assert first.result(10).json()["returnValue"]["code"] == "accepted"


def test_a_call_that_is_cancelled_while_it_waits_ends_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ended = []

    def run() -> None:
        try:
            service._leave_greenlet(
                Outgoing(method="GET", url="http://x", headers={}, body=b"", timeout_seconds=1)
            )
        finally:
            ended.append(True)

    async def cancelled(*_: Any) -> None:
        raise asyncio.CancelledError

    monkeypatch.setattr(service, "_send", cancelled)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(service._in_greenlet(run))
    assert ended == [True]


def test_a_portal_that_is_not_there(apex: Running, portal: Portal) -> None:
    whole_line(apex)
    apex.emulator.seed({"namedCredentials": {"Portal_API": "http://127.0.0.1:9/api"}})
    outcome = press(apex).json()["returnValue"]
    assert (outcome["code"], outcome["outcomeUnknown"]) == ("no-answer", True)


def test_an_answer_that_breaks_off(apex: Running, portal: Portal) -> None:
    whole_line(apex)
    portal.status, portal.body = 503, "<html>"
    assert press(apex).json()["returnValue"]["code"] == "not-portal"


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        (f"{CONTROLLER}/provision", {"user": NOBODY, "arguments": {}}, 403, "do not have access"),
        (f"{CONTROLLER}/provision", {"user": "x", "arguments": {}}, 404, "no user x"),
        (f"{CONTROLLER}/nothing", {"user": OPERATOR}, 404, "no method nothing"),
        (f"{CONTROLLER}/noAccess", {"user": OPERATOR}, 404, "no method noAccess"),
        ("aura/Missing/go", {"user": OPERATOR}, 404, "no Apex class Missing"),
        (
            f"{CONTROLLER}/provision",
            {"user": OPERATOR, "arguments": {"id": 1}},
            400,
            "parameter id",
        ),
        (
            f"{CONTROLLER}/provision",
            {"user": OPERATOR, "arguments": {"orderId": "x"}},
            400,
            "orderId is of type Id",
        ),
        (
            f"{CONTROLLER}/readOrders",
            {"user": OPERATOR, "arguments": {"orderIds": "x"}},
            400,
            "orderIds is a list",
        ),
        (f"{CONTROLLER}/provision", {}, 400, "not understood"),
        (ACTION, {"user": OPERATOR, "inputs": [{}]}, 400, "Missing required input"),
        (ACTION, {"user": OPERATOR, "inputs": [{"orderId": ORDER, "x": 1}]}, 400, "no field x"),
        (ACTION, {"user": OPERATOR, "inputs": []}, 400, "not understood"),
    ],
)
def test_calls_that_do_not_reach_apex(
    apex: Running, path: str, body: dict[str, Any], status: int, said: str
) -> None:
    answer = call(apex, path, **body)
    assert answer.status_code == status
    assert said in answer.json()["message"]


THROWER = """public with sharing class Thrower {
    @AuraEnabled
    public static void go() {
        insert new Account(Name = 'x');
        Integer i = 1 / 0;
    }
    @AuraEnabled
    public static void tell() {
        throw new AuraHandledException('For you.');
    }
    @AuraEnabled
    public static Integer count() {
        return [SELECT COUNT() FROM Account];
    }
    @AuraEnabled
    public static void odd() {
        Time t;
    }
}
"""


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Running]:
    """An org with another project's class."""
    shutil.copytree(
        project_root() / "force-app/main/default/objects",
        tmp_path / "force-app/main/default/objects",
    )
    classes = tmp_path / "force-app/main/default/classes"
    classes.mkdir()
    (classes / "Thrower.cls").write_text(THROWER)
    with running(SalesforceEmulator(tmp_path)) as server:
        yield server


def test_an_exception_is_what_a_component_finds_in_error_body(other: Running) -> None:
    answer = call(other, "aura/Thrower/go", user=ADMIN)
    assert answer.status_code == 500
    assert answer.json() == {
        "message": "Divide by 0",
        "exceptionType": "System.MathException",
        "isUserDefinedException": False,
        "stackTrace": "Class.Thrower.cls: line 5",
    }
    assert call(other, "aura/Thrower/count", user=ADMIN).json() == {"returnValue": 0}
    told = call(other, "aura/Thrower/tell", user=ADMIN).json()
    assert (told["message"], told["stackTrace"]) == ("For you.", "")


def test_a_project_that_cannot_be_read(tmp_path: Path) -> None:
    base = tmp_path / "force-app/main/default"
    shutil.copytree(project_root() / "force-app/main/default/objects", base / "objects")
    (base / "classes").mkdir()
    path = base / "classes/Broken.cls"
    with running(SalesforceEmulator(tmp_path)) as server:
        path.write_text("public class Other { }")
        answer = call(server, "aura/Broken/go", user=ADMIN)
        assert (answer.status_code, "holds the class Other" in answer.text) == (500, True)
        path.write_text("public class Broken {")
        assert call(server, "aura/Broken/go", user=ADMIN).status_code == 501
        users = {"users": [{"username": "x"}]}
        refused = requests.post(f"{server.admin}/seed", json=users, timeout=10)
        assert (refused.status_code, "Broken.cls:1" in refused.text) == (400, True)


def test_what_is_not_modelled_is_not_guessed(other: Running) -> None:
    answer = call(other, "aura/Thrower/odd", user=ADMIN)
    assert answer.status_code == 501
    assert answer.json() == {"message": "Thrower.cls:17: unsupported: type Time"}


def test_a_reset_forgets_users_and_credentials(apex: Running) -> None:
    apex.emulator.reset()
    assert press(apex).status_code == 404


@pytest.mark.parametrize(
    ("seed", "said"),
    [
        (
            {"users": [{"username": "x", "permissionSets": ["Nope"]}]},
            "no permission set or group Nope",
        ),
        ({"users": [{"name": "x"}]}, "username"),
    ],
)
def test_seeds_that_are_refused(server: Running, seed: dict[str, Any], said: str) -> None:
    answer = requests.post(f"{server.admin}/seed", json=seed, timeout=10)
    assert answer.status_code == 400
    assert said in answer.text
