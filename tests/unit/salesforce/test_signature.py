"""The contract of docs/signature.md: the unchanged Apex signs, the portal's endpoint verifies.

Apex runs on the emulated org, which evaluates the header formulas; `functions.provision.start`
answers in the same process.
"""

from __future__ import annotations

import base64
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from portal.engine.states import Status
from portal.provisioning.job import order_job_id

from local.emulators.salesforce.apex.errors import ApexFailure
from local.emulators.salesforce.apex.program import Program
from local.emulators.salesforce.metadata import project_root
from tests.unit.salesforce.conftest import MakeOrg
from tests.unit.salesforce.emulated_org import OPERATORS, EmulatedOrg

OTHER_ORDER = "801000000000002AAA"
CHECK = project_root() / "scripts/apex/signature-check.apex"
Mutate = Callable[[dict[str, Any]], None]


def set_header(name: str, value: Callable[[str], str]) -> Mutate:
    def change(event: dict[str, Any]) -> None:
        event["headers"][name] = value(event["headers"][name])
        event["multiValueHeaders"][name] = [event["headers"][name]]

    return change


def drop_header(name: str) -> Mutate:
    def change(event: dict[str, Any]) -> None:
        del event["headers"][name]
        del event["multiValueHeaders"][name]

    return change


def repeat_header(name: str) -> Mutate:
    def change(event: dict[str, Any]) -> None:
        event["multiValueHeaders"][name] *= 2

    return change


def set_body(value: Callable[[str], str]) -> Mutate:
    def change(event: dict[str, Any]) -> None:
        event["body"] = value(event["body"])

    return change


def as_base64(event: dict[str, Any]) -> None:
    event["body"] = base64.b64encode(event["body"].encode()).decode()
    event["isBase64Encoded"] = True


def to_other_order(event: dict[str, Any]) -> None:
    for where in (event, event["requestContext"]):
        where["path"] = re.sub(r"801\w{15}", OTHER_ORDER, where["path"])


def slug(org: EmulatedOrg) -> tuple[int, str]:
    answer = org.endpoint.answers[-1]
    return answer.status, answer.json()["type"].rsplit("/", maxsplit=1)[-1]


def test_the_endpoint_accepts_what_apex_signs(org: EmulatedOrg) -> None:
    outcome = org.press()
    assert (outcome["code"], outcome["accepted"], outcome["statusCode"]) == ("accepted", True, 202)
    (answer,) = org.endpoint.answers
    assert answer.json() == {"sfOrderId": org.order_id, "status": "queued", "attempt": 1}
    job = org.endpoint.store.jobs[order_job_id(org.order_id)]
    assert job.input == {"requestedBy": org.operator}
    (event,) = org.endpoint.events
    assert event["headers"]["Idempotency-Key"] == f"{org.order_id}-1"
    assert re.fullmatch(r"v1=[0-9a-f]{64}", event["headers"]["X-Portal-Signature"])
    assert re.fullmatch(r"\d{10}", event["headers"]["X-Portal-Timestamp"])


@pytest.mark.parametrize(
    "harmless",
    [
        as_base64,
        set_header("Idempotency-Key", lambda key: f'"{key}"'),
        set_header("X-Portal-Signature", lambda signature: f"v1={'0' * 64}, {signature}"),
        set_header("X-Portal-Signature", lambda signature: f"v2=abc,{signature}"),
    ],
    ids=["base64", "quoted key", "rotation", "newer version beside it"],
)
def test_what_may_differ_on_the_way(org: EmulatedOrg, harmless: Mutate) -> None:
    org.endpoint.change = harmless
    assert org.press()["code"] == "accepted"


@pytest.mark.parametrize(
    "mutate",
    [
        to_other_order,
        set_body(lambda body: body + " "),
        set_body(lambda body: body.replace("005", "006")),
        set_body(lambda _: ""),
        set_header("Idempotency-Key", lambda key: key + "0"),
        set_header("X-Portal-Timestamp", lambda stamp: str(int(stamp) + 1)),
        set_header("X-Portal-Timestamp", lambda stamp: f"{stamp}.0"),
        set_header("X-Portal-Timestamp", lambda stamp: f"{stamp}000"),
        set_header("X-Portal-Key-Id", lambda _: "k2"),
        set_header("X-Portal-Key-Id", lambda _: "not a key id"),
        set_header("X-Portal-Signature", lambda value: value.removeprefix("v1=")),
        set_header("X-Portal-Signature", lambda value: value.replace("v1=", "v2=")),
        set_header("X-Portal-Signature", lambda value: "v1=" + value[3:].upper()),
        set_header("X-Portal-Signature", lambda value: value[:-1]),
        set_header("X-Portal-Signature", lambda value: ",".join([value] * 9)),
        drop_header("X-Portal-Timestamp"),
        drop_header("X-Portal-Key-Id"),
        drop_header("X-Portal-Signature"),
        repeat_header("X-Portal-Timestamp"),
        repeat_header("X-Portal-Key-Id"),
        repeat_header("X-Portal-Signature"),
        repeat_header("Idempotency-Key"),
    ],
)
def test_every_mutation_is_refused(org: EmulatedOrg, mutate: Mutate) -> None:
    org.endpoint.change = mutate
    outcome = org.press()
    assert slug(org) == (401, "signature-invalid")
    assert (outcome["code"], outcome["accepted"]) == ("signature", False)
    assert org.endpoint.store.jobs == {}


def test_without_idempotency_key_nothing_starts(org: EmulatedOrg) -> None:
    org.endpoint.change = drop_header("Idempotency-Key")
    assert org.press()["code"] == "refused"
    assert slug(org) == (400, "idempotency-key-missing")
    assert org.endpoint.store.jobs == {}


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"KeyId": "k1", "SigningKey": "another-key"}, "signature"),
        ({"KeyId": "k2", "SigningKey": "a-signing-key"}, "signature"),
    ],
)
def test_key_and_key_id_must_be_the_portals(
    org: EmulatedOrg, parameters: dict[str, str], code: str
) -> None:
    org.vault.parameters["Portal_API"]["Portal"] = parameters
    assert org.press()["code"] == code
    assert slug(org) == (401, "signature-invalid")


@pytest.mark.parametrize(
    ("ahead", "code"),
    [
        (0, "accepted"),
        (295, "accepted"),
        (-295, "accepted"),
        (305, "signature"),
        (-305, "signature"),
    ],
)
def test_clocks_may_differ_by_300_seconds(org: EmulatedOrg, ahead: float, code: str) -> None:
    org.endpoint.clock.ahead = ahead
    assert org.press()["code"] == code


def test_the_endpoints_answers_as_the_operator_reads_them(org: EmulatedOrg) -> None:
    assert org.press()["code"] == "accepted"
    replay = org.press()
    assert (replay["code"], replay["expectedAttempt"]) == ("accepted", 1)
    assert org.endpoint.answers[-1].headers["idempotency-replayed"] == "true"

    colleague = org.user("colleague@portal.example", OPERATORS)
    assert org.press(user=colleague)["code"] == "requested"
    assert slug(org) == (422, "idempotency-key-reused")

    store, job_id = org.endpoint.store, order_job_id(org.order_id)
    org.update("Order", org.order_id, Attempt_Count__c=1, Provisioning_Status__c="In Progress")
    store.replace(store.jobs[job_id].changed(status=Status.RUNNING, current_step="add_order"))
    running = org.press()
    assert (running["code"], running["step"]) == ("running", "add_order")
    assert running["expectedAttempt"] == 1

    org.update("Order", org.order_id, Provisioning_Status__c="Failed")
    store.replace(store.jobs[job_id].changed(status=Status.FAILED))
    again = org.press(user=colleague)
    assert (again["code"], again["expectedAttempt"]) == ("accepted", 2)
    assert org.endpoint.answers[-1].json()["attempt"] == 2


def test_a_provisioned_order_is_left_alone(org: EmulatedOrg) -> None:
    org.press()
    store, job_id = org.endpoint.store, order_job_id(org.order_id)
    result = {"whmcsOrderId": "7001", "services": {}, "esims": {}}
    store.replace(store.jobs[job_id].changed(status=Status.SUCCEEDED, result=result))
    org.update("Order", org.order_id, Attempt_Count__c=1)
    outcome = org.press()
    assert (outcome["code"], outcome["statusCode"]) == ("provisioned", 200)


def test_the_sandbox_check_tells_both_ways(org: EmulatedOrg) -> None:
    (verdict, said) = org.run_script(CHECK)
    assert verdict.startswith("ACCEPTED")
    assert said.startswith("422 ")
    org.vault.parameters["Portal_API"]["Portal"]["SigningKey"] = "another-key"
    (verdict, said) = org.run_script(CHECK)
    assert verdict.startswith("REFUSED")
    assert said.startswith("401 ")
    assert org.endpoint.store.jobs == {}


def test_the_variant_that_signs_in_apex(make_org: MakeOrg) -> None:
    org = make_org(Program.load(project_root(), ("force-app", "crypto-signing")))
    setting: dict[str, str | bool] = {"Key_Id__c": "k1", "Signing_Key__c": "a-signing-key"}
    org.vault.settings["portal_signing__c"] = setting
    org.vault.parameters.clear()
    assert org.press()["code"] == "accepted"
    assert len(org.endpoint.answers) == 1

    setting["Signing_Key__c"] = "another-key"
    org.endpoint.clock.ahead = 1
    org.update("Order", org.order_id, Attempt_Count__c=1)
    assert org.press()["code"] == "signature"


def test_an_empty_setting_leaves_signing_to_the_platform(make_org: MakeOrg) -> None:
    org = make_org(Program.load(project_root(), ("force-app", "crypto-signing")))
    assert org.press()["code"] == "accepted"


# Class, what stands there, what a slip makes of it, and what the operator is told.
FORMULA = "unsupported: header formula"
FAULTS = {
    "milliseconds for seconds": ("PortalSignature", "1000;", "1;", "signature"),
    "lower-case method": ("PortalCanonicalText", "'POST'", "'post'", "signature"),
    "another version": ("PortalCanonicalText", "'v1'", "'v2'", "signature"),
    "another digest": ("PortalCanonicalText", "body == null ? '' : body", "''", "signature"),
    "another separator": ("PortalCanonicalText", "parts, '|'", "parts, ':'", "signature"),
    "parts in another order": (
        "PortalCanonicalText",
        "idempotencyKey,\n            sha256(body)",
        "sha256(body),\n            idempotencyKey",
        "signature",
    ),
    "quote missing in the formula": ("PortalSignature", "'\\'), BLOB('", "'), BLOB('", FORMULA),
    "another credential": ("PortalSignature", "$Credential.Portal_API.", "$Credential.X.", FORMULA),
    "another function": ("PortalSignature", "{!HEX(", "{!BASE64ENCODE(", "signature"),
    "base path in the path": ("PortalProvisioning", "'/orders/'", "'/api/orders/'", "not-found"),
    "body after the signature": (
        "PortalProvisioning",
        "return request;",
        "request.setBody('{}');\n        return request;",
        "signature",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_planted_in_the_apex_is_noticed(
    make_org: MakeOrg, tmp_path: Path, fault: str
) -> None:
    name, before, after, said = FAULTS[fault]
    shutil.copytree(
        project_root() / "force-app",
        tmp_path / "force-app",
        ignore=shutil.ignore_patterns("lwc", "objects"),
    )
    path = tmp_path / f"force-app/main/default/classes/{name}.cls"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")
    org = make_org(Program.load(tmp_path))
    assert said in told(org)
    assert org.endpoint.store.jobs == {}


def told(org: EmulatedOrg) -> str:
    """The outcome's code, or why the interpreter stopped."""
    try:
        return str(org.press()["code"])
    except ApexFailure as failure:
        return str(failure)
