"""Finding a stage: what it takes over, and what is said when it is not there."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import boto3
import pytest
import responses
from botocore.exceptions import ClientError
from portal.config import CatalogReading, environment_names

from infra.endpoints import ENDPOINTS
from local import note
from ops.deps import JobConfig, OperationConfig, OrderConfig, StageRoot
from ops.errors import OpsError
from ops.stages import FRONT_DOOR, FUNCTIONS, Cloud, deployed, find
from tests.conftest import REGION

DEMO = f"{FRONT_DOOR}/demo.json"


@pytest.fixture(autouse=True)
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of notes of its own: a stack may be running from this checkout."""
    monkeypatch.setattr(note, "NOTES", tmp_path)
    return tmp_path


class FakeAws:
    """CloudFormation and Lambda of an account in which the stage dev is deployed."""

    def __init__(self, refusal: str = "") -> None:
        self.refusal = refusal
        self.meta = boto3.client("cloudformation", region_name=REGION).meta

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803  # AWS' name
        self._look(
            StackName in ("Portal-dev", "Portal-dev-api"), "ValidationError", "DescribeStacks"
        )
        return {"Stacks": [{"Outputs": [{"OutputKey": "ApiUrl", "OutputValue": "https://api"}]}]}

    def get_function_configuration(self, *, FunctionName: str) -> dict[str, Any]:  # noqa: N803  # AWS' name
        known = {f"portal-dev-{name}" for name in FUNCTIONS}
        self._look(FunctionName in known, "ResourceNotFoundException", "GetFunctionConfiguration")
        return {"Environment": {"Variables": {"STAGE": "dev", FunctionName: "1"}}}

    def _look(self, there: bool, missing: str, operation: str) -> None:
        code = self.refusal or ("" if there else missing)
        if code:
            raise ClientError({"Error": {"Code": code}}, operation)


def cloud(aws: FakeAws) -> Cloud:
    return Cloud(boto3.session.Session(), None, {"cloudformation": aws, "lambda": aws})


def test_a_stage_is_what_its_lambdas_were_deployed_with() -> None:
    stage = deployed("dev", cloud(FakeAws()))
    assert stage.output("ApiUrl") == "https://api"
    assert stage.environment == {
        "STAGE": "dev",
        "portal-dev-smoke-scheduled": "1",
        "portal-dev-provision-worker": "1",
        "portal-dev-audit-nightly": "1",
        "portal-dev-catalog-list-products": "1",
        "portal-dev-operations-worker": "1",
    }


def test_an_order_is_read_in_salesforce_or_on_the_local_screen() -> None:
    stage = deployed("dev", cloud(FakeAws()))
    environment = {"SALESFORCE_URL": "https://org.my.salesforce.com"}
    deployed_page = dataclasses.replace(stage, environment=environment).order_page("801")
    assert deployed_page == "https://org.my.salesforce.com/lightning/r/Order/801/view"
    local = dataclasses.replace(stage, front_door="http://127.0.0.1:9123")
    assert local.order_page("801") == "http://127.0.0.1:9123/salesforce/orders/801"


def test_these_lambdas_have_all_that_the_commands_read() -> None:
    environment = {name for one in ENDPOINTS if one.id in FUNCTIONS for name in one.environment}
    for config in (CatalogReading, JobConfig, OrderConfig, OperationConfig):
        assert environment_names(config) <= environment


def test_a_stage_that_does_not_exist() -> None:
    with pytest.raises(OpsError, match=f"no stack Portal-prod in {REGION}: check --stage"):
        deployed("prod", cloud(FakeAws()))


def test_a_denial_is_not_taken_for_absence() -> None:
    with pytest.raises(ClientError):
        deployed("dev", cloud(FakeAws("AccessDenied")))


def test_an_output_that_an_older_stack_lacks() -> None:
    with pytest.raises(OpsError, match="deploy the stage again"):
        deployed("dev", cloud(FakeAws())).output("EmailQueueUrl")


@responses.activate
def test_without_a_stage_the_local_stack_must_answer() -> None:
    with pytest.raises(OpsError, match="`make run`, or name a deployed one with --stage"):
        find(None)


@responses.activate
@pytest.mark.parametrize("body", ["{}", "<html>", '{"aws": 1}'])
def test_something_else_on_the_front_door_is_not_the_stack(body: str) -> None:
    responses.get(DEMO, body=body)
    with pytest.raises(OpsError, match=r"start it with `make run`\."):
        find("local")


@responses.activate
def test_the_running_stack_is_looked_for_where_its_note_says() -> None:
    with (
        note.noted("http://127.0.0.1:9123"),
        pytest.raises(OpsError, match=r"answers at http://127\.0\.0\.1:9123:"),
    ):
        find("local")
    assert [call.request.url for call in responses.calls] == ["http://127.0.0.1:9123/demo.json"]


@responses.activate
def test_a_front_door_that_is_named_is_taken() -> None:
    with (
        note.noted("http://127.0.0.1:9123"),
        pytest.raises(OpsError, match=r"answers at http://127\.0\.0\.1:9124:"),
    ):
        find("local", "http://127.0.0.1:9124")


def test_nothing_is_looked_up_before_it_is_needed() -> None:
    with pytest.raises(OpsError):
        StageRoot("local", "http://127.0.0.1:9").catalog()
