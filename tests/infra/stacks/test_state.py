"""Tables, queues, secrets and the user pool."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from infra.config import load_config
from infra.endpoints import ENDPOINTS, consumer_of
from infra.node import use_bundled_node
from infra.queues import QUEUES
from infra.resource_names import Queue, Table
from tests.infra import settings
from tests.infra.template import Template, target

KEYS = {
    Table.IDENTITY: ["pk"],
    Table.IDEMPOTENCY: ["id"],
    Table.EPHEMERAL: ["pk"],
    Table.WORKFLOW: ["pk", "sk"],
    Table.CATALOG: ["pk"],
}
# Kept when it is deleted or replaced, and removed when its creation fails.
RETAINED = "RetainExceptOnCreate"
AUTHORITIES = {Table.IDENTITY, Table.WORKFLOW}
BY_TABLE = pytest.mark.parametrize("table", Table, ids=lambda table: table.value)
BY_QUEUE = pytest.mark.parametrize("queue", Queue, ids=lambda queue: queue.value)


def table_properties(template: Template, table: Table) -> dict[str, Any]:
    return template.named("AWS::DynamoDB::Table", "TableName", f"portal-test-{table.value}")[1]


def queue_named(template: Template, name: str) -> tuple[str, dict[str, Any]]:
    return template.named("AWS::SQS::Queue", "QueueName", f"portal-test-{name}")


@BY_TABLE
def test_tables_are_on_demand_encrypted_and_keyed_by_contract(
    template: Template, table: Table
) -> None:
    properties = table_properties(template, table)
    assert properties["BillingMode"] == "PAY_PER_REQUEST"
    assert properties["SSESpecification"] == {"SSEEnabled": True}
    assert [key["AttributeName"] for key in properties["KeySchema"]] == KEYS[table]
    assert {a["AttributeType"] for a in properties["AttributeDefinitions"]} == {"S"}


@BY_TABLE
def test_what_is_the_authority_can_be_restored_and_the_rest_expires(
    template: Template, table: Table
) -> None:
    properties = table_properties(template, table)
    recovery = properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
    assert recovery == (table in AUTHORITIES)
    expiry = {"AttributeName": "expiration", "Enabled": True}
    # The workflow table keeps jobs for good; its history and idempotency keys expire.
    expected = None if table is Table.IDENTITY else expiry
    assert properties.get("TimeToLiveSpecification") == expected


def test_what_is_stuck_can_be_asked_of_an_index(template: Template) -> None:
    (index,) = table_properties(template, Table.WORKFLOW)["GlobalSecondaryIndexes"]
    assert index["IndexName"] == "status-index"
    assert [key["AttributeName"] for key in index["KeySchema"]] == ["status", "updatedAt"]
    assert index["Projection"] == {"ProjectionType": "KEYS_ONLY"}


def test_a_trial_stage_disappears_and_production_stays(
    template: Template, production: Template
) -> None:
    kept = {
        "AWS::DynamoDB::Table": {"portal-production-identity", "portal-production-workflow"},
        "AWS::Cognito::UserPool": {"portal-production"},
    }
    names = {"AWS::DynamoDB::Table": "TableName", "AWS::Cognito::UserPool": "UserPoolName"}
    for type_, name in names.items():
        assert {r["DeletionPolicy"] for r in template.of(type_).values()} == {"Delete"}
        retained = {
            resource["Properties"][name]
            for resource in production.of(type_).values()
            if resource["DeletionPolicy"] == RETAINED
        }
        assert retained == kept[type_]
    for resource in production.of("AWS::DynamoDB::Table").values():
        protected = resource["Properties"].get("DeletionProtectionEnabled", False)
        assert protected == (resource["DeletionPolicy"] == RETAINED)
    (pool,) = production.of("AWS::Cognito::UserPool").values()
    assert pool["Properties"]["DeletionProtection"] == "ACTIVE"
    for type_ in ("AWS::SecretsManager::Secret", "AWS::Logs::LogGroup"):
        assert {r["DeletionPolicy"] for r in production.of(type_).values()} == {RETAINED}


def test_what_is_retained_never_blocks_a_second_attempt_after_a_failed_creation(
    template: Template, production: Template
) -> None:
    """`Retain` alone would leave named resources behind when a creation is rolled back."""
    for each in (template, production):
        policies = {r.get("DeletionPolicy", "Delete") for r in each.resources.values()}
        assert policies <= {"Delete", RETAINED}
        for id_, resource in each.resources.items():
            if resource.get("DeletionPolicy") == RETAINED:
                assert resource["UpdateReplacePolicy"] == "Retain", id_


def test_a_first_deployment_has_nothing_that_refuses_to_be_deleted(tmp_path: Path) -> None:
    """With deletion protection the rollback of a failed creation would fail in turn."""
    use_bundled_node()
    import aws_cdk as cdk  # noqa: PLC0415  # starts the Node.js that the line above chose
    from aws_cdk.assertions import Template as Synthesised  # noqa: PLC0415  # as above

    from infra.stacks.state import State  # noqa: PLC0415  # as above

    config = load_config({**settings.everything(tmp_path)}, directory=tmp_path)
    stack = cdk.Stack(cdk.App(outdir=str(tmp_path / "out")), "First")
    State(stack, "State", config=config, protect=False)
    first = Template(dict(Synthesised.from_stack(stack).to_json()))
    for table in first.of("AWS::DynamoDB::Table").values():
        assert not table["Properties"].get("DeletionProtectionEnabled", False)
    (pool,) = first.of("AWS::Cognito::UserPool").values()
    assert pool["Properties"].get("DeletionProtection", "INACTIVE") == "INACTIVE"
    assert {r["DeletionPolicy"] for r in first.of("AWS::Cognito::UserPool").values()} == {RETAINED}


@BY_QUEUE
def test_every_queue_gives_up_into_a_dead_letter_queue(template: Template, queue: Queue) -> None:
    _, properties = queue_named(template, queue.value)
    dead_letters_id, dead_letters = queue_named(template, f"{queue.value}-dead-letters")
    redrive = properties["RedrivePolicy"]
    assert target(redrive["deadLetterTargetArn"]) == dead_letters_id
    assert redrive["maxReceiveCount"] == (
        8 if {"provision", "operation"} & {*queue.split("-")} else 7
    )
    assert dead_letters["MessageRetentionPeriod"] == 14 * 24 * 3600
    assert "RedrivePolicy" not in dead_letters


def test_each_queue_has_exactly_one_row() -> None:
    assert [row.queue for row in QUEUES] == list(Queue)


def test_there_are_no_queues_beyond_the_pairs(template: Template) -> None:
    assert template.count("AWS::SQS::Queue") == 2 * len(Queue)


def test_queues_are_encrypted_standard_queues_that_refuse_plain_http(template: Template) -> None:
    queues = template.of("AWS::SQS::Queue")
    assert all(q["Properties"]["SqsManagedSseEnabled"] is True for q in queues.values())
    assert not any("FifoQueue" in q["Properties"] for q in queues.values())
    refusing = {
        target(queue)
        for policy in template.of("AWS::SQS::QueuePolicy").values()
        for queue in policy["Properties"]["Queues"]
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny"
        and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    }
    assert refusing == set(queues)


def test_a_message_stays_hidden_for_six_timeouts_of_its_consumer(template: Template) -> None:
    functions = template.of("AWS::Lambda::Function")
    for mapping in template.of("AWS::Lambda::EventSourceMapping").values():
        properties = mapping["Properties"]
        queue = template.resources[target(properties["EventSourceArn"])]["Properties"]
        timeout = functions[target(properties["FunctionName"])]["Properties"]["Timeout"]
        assert queue["VisibilityTimeout"] >= 6 * timeout


def test_consumers_report_single_failures_and_are_capped(template: Template) -> None:
    mappings = {}
    for mapping in template.of("AWS::Lambda::EventSourceMapping").values():
        properties = mapping["Properties"]
        assert properties["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        queue = template.resources[target(properties["EventSourceArn"])]["Properties"]
        consumer = template.resources[target(properties["FunctionName"])]["Properties"]
        mappings[queue["QueueName"]] = (
            consumer["FunctionName"],
            properties["BatchSize"],
            properties["ScalingConfig"],
        )
    expected = {
        f"portal-test-{queue.value}": (
            f"portal-test-{consumer_of(queue).id}",
            5 if "email" in queue else 1,
            {"MaximumConcurrency": 2},
        )
        for queue in Queue
    }
    for queue, area in (("provision", "provision"), ("operation", "operations")):
        dead_letters = (f"portal-test-{area}-dead-letter", 1, {"MaximumConcurrency": 2})
        expected[f"portal-test-{queue}-dead-letters"] = dead_letters
        expected[f"portal-test-{queue}-waiting-dead-letters"] = dead_letters
    assert mappings == expected


def test_sweeper_and_audit_run_every_five_minutes(template: Template) -> None:
    invoked = set()
    for rule in template.of("AWS::Events::Rule").values():
        assert rule["Properties"]["ScheduleExpression"] == "rate(5 minutes)"
        (schedule_target,) = rule["Properties"]["Targets"]
        function = template.resources[target(schedule_target["Arn"])]["Properties"]
        invoked.add(function["FunctionName"].removeprefix("portal-test-"))
    assert invoked == {"provision-sweeper", "audit-nightly"}
    assert {e.id for e in ENDPOINTS if e.every_minutes} == invoked


def test_secrets_are_created_without_a_value(template: Template) -> None:
    secrets = template.of("AWS::SecretsManager::Secret")
    names = {secret["Properties"]["Name"].rsplit("/", 1)[1] for secret in secrets.values()}
    assert names == {"salesforce", "whmcs", "esim", "mail", "signing", "esim-webhook", "smoke"}
    for secret in secrets.values():
        assert "SecretString" not in secret["Properties"]
        assert "GenerateSecretString" not in secret["Properties"]


def test_only_administrators_calls_open_the_user_pool(template: Template) -> None:
    (pool,) = (r["Properties"] for r in template.of("AWS::Cognito::UserPool").values())
    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert pool["UsernameAttributes"] == ["email"]
    assert pool["UsernameConfiguration"] == {"CaseSensitive": False}
    assert pool["AutoVerifiedAttributes"] == []
    assert [m["Name"] for m in pool["AccountRecoverySetting"]["RecoveryMechanisms"]] == [
        "admin_only"
    ]
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] == 10
    (client,) = (r["Properties"] for r in template.of("AWS::Cognito::UserPoolClient").values())
    assert client["ExplicitAuthFlows"] == ["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
    # With the client's id alone nobody gets anything from Cognito itself.
    assert client["GenerateSecret"] is True
    # An empty list would mean all attributes; nothing reads this one.
    assert client["WriteAttributes"] == ["updated_at"]
    assert client["AllowedOAuthFlowsUserPoolClient"] is False


def test_tokens_are_short_lived_rotate_and_can_be_revoked(template: Template) -> None:
    (client,) = (r["Properties"] for r in template.of("AWS::Cognito::UserPoolClient").values())
    assert set(client["TokenValidityUnits"].values()) == {"minutes"}
    assert (client["IdTokenValidity"], client["RefreshTokenValidity"]) == (15, 30 * 24 * 60)
    assert client["RefreshTokenRotation"] == {"Feature": "ENABLED", "RetryGracePeriodSeconds": 10}
    assert client["EnableTokenRevocation"] is True
    assert client["PreventUserExistenceErrors"] == "ENABLED"
