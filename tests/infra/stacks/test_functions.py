"""Every Lambda: its own role, log group and environment, and no permission beyond its row."""

from __future__ import annotations

from typing import Any

import pytest

from infra.endpoint_model import Endpoint
from infra.endpoints import ENDPOINTS
from infra.iam_actions import (
    QUEUE_CONSUME,
    QUEUE_LENGTH,
    QUEUE_SEND,
    SECRET_READ,
    TABLE_READ,
    TABLE_SCAN,
    TABLE_WRITE,
)
from tests.infra.template import Template, as_list, target, targets

BY_ID = pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.id)
LOGGING = {"logs:CreateLogStream", "logs:PutLogEvents"}
TRACING = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}


def function(template: Template, endpoint: Endpoint) -> dict[str, Any]:
    return template.named("AWS::Lambda::Function", "FunctionName", f"portal-test-{endpoint.id}")[1]


def granted(template: Template, endpoint: Endpoint) -> dict[str, set[str]]:
    """Actions by what they are allowed on: a logical id, `<id>/index/…` or `*`."""
    grants: dict[str, set[str]] = {}
    for statement in template.statements(function(template, endpoint)):
        assert statement["Effect"] == "Allow"
        for resource in as_list(statement["Resource"]):
            grants.setdefault(_name(resource), set()).update(as_list(statement["Action"]))
    return grants


def _name(resource: Any) -> str:
    if isinstance(resource, str):
        return resource
    if "Fn::Join" in resource:
        return "".join(
            part if isinstance(part, str) else target(part) for part in resource["Fn::Join"][1]
        )
    return target(resource)


def test_there_is_one_function_per_row_and_no_other(template: Template) -> None:
    names = {
        resource["Properties"]["FunctionName"]
        for resource in template.of("AWS::Lambda::Function").values()
    }
    assert names == {f"portal-test-{endpoint.id}" for endpoint in ENDPOINTS}


@BY_ID
def test_runtime_and_size(template: Template, endpoint: Endpoint) -> None:
    properties = function(template, endpoint)
    assert properties["Runtime"] == "python3.13"
    assert properties["Architectures"] == ["arm64"]
    assert properties["Handler"] == f"functions.{endpoint.area}.{endpoint.name}.handler"
    assert properties["MemorySize"] == endpoint.memory
    assert properties["Timeout"] == endpoint.timeout
    assert properties["TracingConfig"] == {"Mode": "Active"}
    assert "SnapStart" not in properties
    assert [target(layer)[:4] for layer in properties["Layers"]] == ["OwnL", "Whee"]


@BY_ID
def test_the_environment_is_exactly_the_tables(template: Template, endpoint: Endpoint) -> None:
    variables = function(template, endpoint)["Environment"]["Variables"]
    assert set(variables) == endpoint.environment
    assert variables["POWERTOOLS_SERVICE_NAME"] == endpoint.area
    assert variables["POWERTOOLS_METRICS_NAMESPACE"] == "Portal/test"
    assert variables["STAGE"] == "test"


@BY_ID
def test_the_role_is_its_own_and_allows_exactly_the_row(
    template: Template, endpoint: Endpoint
) -> None:
    ids: dict[object, str] = {
        **{t: _table(template, t.value) for t in endpoint.tables},
        **{s: _secret(template, s.value) for s in endpoint.secrets},
        **{q: _queue(template, q.value) for q in endpoint.sends},
    }
    expected = {
        target(function(template, endpoint)["LoggingConfig"]["LogGroup"]): LOGGING,
        "*": TRACING,
        **{ids[table]: set(TABLE_READ) for table in endpoint.reads},
        **{ids[table]: set(TABLE_WRITE) for table in endpoint.writes},
        **{ids[secret]: set(SECRET_READ) for secret in endpoint.secrets},
    }
    for table in endpoint.scans:
        expected[ids[table]] = {*TABLE_SCAN, *expected[ids[table]]}
    if endpoint.cognito_actions:
        pool = next(iter(template.of("AWS::Cognito::UserPool")))
        expected[pool] = {f"cognito-idp:{action}" for action in endpoint.cognito_actions}
    for queue in endpoint.consumes:
        back_off = {"sqs:ChangeMessageVisibility"} if endpoint.backs_off else set()
        expected[_queue(template, queue.value)] = {*QUEUE_CONSUME, *back_off}
    for queue in endpoint.sends:
        expected[ids[queue]] = {*QUEUE_SEND, *expected.get(ids[queue], ())}
    for queue in endpoint.gives_up_to:
        expected[_queue(template, f"{queue.value}-dead-letters")] = set(QUEUE_SEND)
    for queue in endpoint.consumes_dead_letters_of:
        name = f"{queue.value}-dead-letters"
        expected[_queue(template, name)] = set(QUEUE_CONSUME)
    if endpoint.every_minutes is not None:
        for queue in endpoint.sends:
            expected[ids[queue]] |= set(QUEUE_LENGTH)
    if endpoint.queries_status_index:
        expected[f"{_table(template, 'workflow')}/index/status-index"] = {"dynamodb:Query"}
    assert granted(template, endpoint) == expected


def test_roles_are_not_shared_and_have_no_other_policies(template: Template) -> None:
    functions = template.of("AWS::Lambda::Function")
    roles = [target(resource["Properties"]["Role"]) for resource in functions.values()]
    assert len(set(roles)) == len(functions)
    assert template.count("AWS::IAM::Policy") == 0
    assert template.count("AWS::IAM::ManagedPolicy") == 0
    assert not any("ManagedPolicyArns" in template.resources[r]["Properties"] for r in roles)


def test_nothing_is_allowed_by_wildcard_but_tracing(template: Template) -> None:
    for resource in template.of("AWS::Lambda::Function").values():
        for statement in template.statements(resource["Properties"]):
            actions = set(as_list(statement["Action"]))
            assert not any("*" in action for action in actions)
            if any("*" in _name(item) for item in as_list(statement["Resource"])):
                assert actions == TRACING


@BY_ID
def test_logs_are_structured_kept_for_a_while_and_its_own(
    template: Template, endpoint: Endpoint
) -> None:
    logging = function(template, endpoint)["LoggingConfig"]
    assert logging["LogFormat"] == "JSON"
    group = template.resources[target(logging["LogGroup"])]
    assert group["Properties"]["LogGroupName"] == f"/aws/lambda/portal-test-{endpoint.id}"
    assert group["Properties"]["RetentionInDays"] == 30
    assert group["DeletionPolicy"] == "Delete"


def test_no_function_gets_the_value_of_a_secret(template: Template) -> None:
    for resource in template.of("AWS::Lambda::Function").values():
        variables = resource["Properties"]["Environment"]["Variables"]
        assert "resolve:secretsmanager" not in str(variables)
        for name, value in variables.items():
            # The distribution's key is a secret of another stack, which is named.
            if name.endswith("_SECRET_ID") and name != "DISTRIBUTION_SECRET_ID":
                (secret,) = targets(value)
                assert template.resources[secret]["Type"] == "AWS::SecretsManager::Secret"


def _table(template: Template, name: str) -> str:
    return template.named("AWS::DynamoDB::Table", "TableName", f"portal-test-{name}")[0]


def _queue(template: Template, name: str) -> str:
    return template.named("AWS::SQS::Queue", "QueueName", f"portal-test-{name}")[0]


def _secret(template: Template, name: str) -> str:
    return template.named("AWS::SecretsManager::Secret", "Name", f"portal/test/{name}")[0]
