"""The operator's command line against the deployed stage."""

from __future__ import annotations

import re

import httpx
import pytest
from portal.domain.ids import to_18
from typer.testing import CliRunner, Result

from local.context import StackContext
from local.demo.people import CUSTOMERS
from local.stack.ministack import Ministack
from ops.cli import app

pytestmark = pytest.mark.stack

ORDER_ID = to_18("80100000000OPS1")
UNKNOWN = to_18("80100000000OPS9")


def ops(stack: StackContext, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["--front-door", stack.front_url, *arguments])


def test_the_catalogue_check_names_the_product_with_a_mistake(stack: StackContext) -> None:
    result = ops(stack, "catalog", "check")
    rejected = [line.split()[1] for line in result.stdout.splitlines() if line.startswith("✗")]
    assert (result.exit_code, rejected) == (1, ["VPN-PARIS"])
    assert "Portal_ConfigOptions_JSON__c" in result.stdout


def test_invalidating_ages_the_shared_copy(stack: StackContext, aws: Ministack) -> None:
    httpx.get(f"{stack.api_url}/catalog", timeout=60, trust_env=False).raise_for_status()
    key = {"pk": {"S": "CATALOG#META"}}
    table = stack.stack_outputs["CatalogTableName"]
    read = aws.client("dynamodb").get_item
    before = int(read(TableName=table, Key=key)["Item"]["readAt"]["N"])
    result = ops(stack, "catalog", "invalidate")
    assert result.exit_code == 0, result.output
    assert int(read(TableName=table, Key=key)["Item"]["readAt"]["N"]) < before


def test_an_order_is_shown_by_its_ids(stack: StackContext) -> None:
    seed_order(stack)
    result = ops(stack, "order", "show", ORDER_ID)
    assert result.exit_code == 0, result.output
    assert f"Order {ORDER_ID} · stage local" in result.stdout
    assert "Draft" in result.stdout
    assert "Provisioning was never started." in result.stdout
    assert f'sf_order_id = "{ORDER_ID}"' in result.stdout
    assert "_aws" not in result.stdout, "metrics are for CloudWatch"


def test_an_unknown_order_is_an_error(stack: StackContext) -> None:
    shown = ops(stack, "order", "show", UNKNOWN)
    assert (shown.exit_code, shown.stdout) == (1, "")
    assert "is unknown in this stage" in shown.stderr
    cancelled = ops(stack, "order", "cancel", UNKNOWN, "--yes")
    assert (cancelled.exit_code, cancelled.stdout) == (1, "")
    assert f"Order {UNKNOWN} is unknown here" in cancelled.stderr


def test_dead_mails_and_cases_go_back_to_their_queues(stack: StackContext, aws: Ministack) -> None:
    sqs = aws.client("sqs")
    for queue, body in {
        "Email": '{"template":"welcome","userId":"nobody","dedupKey":"welcome:ops"}',
        "Case": '{"caseKey":"email-ops","registrationId":"nobody"}',
    }.items():
        sqs.send_message(QueueUrl=stack.stack_outputs[f"{queue}DeadLettersUrl"], MessageBody=body)
    # Other tests of the session may have left some, too.
    result = ops(stack, "redrive", "--dead-letters", "--limit", "1000", "--yes")
    assert result.exit_code == 0, result.output
    assert "welcome:ops" in result.stdout
    assert "email-ops" in result.stdout
    assert "moved back to the e-mail queue." in result.stdout
    assert "moved back to the case queue." in result.stdout
    again = ops(stack, "redrive", "--dead-letters", "--limit", "1000", "--yes")
    # The consumers may have given the same jobs up once more, but as other messages.
    moved = set(re.findall(r"message ([0-9a-f-]{36})", result.stdout))
    assert len(moved) >= 2
    assert moved.isdisjoint(re.findall(r"message ([0-9a-f-]{36})", again.stdout))


def seed_order(stack: StackContext) -> None:
    state = httpx.get(f"{stack.salesforce_url}/_admin/state", timeout=10, trust_env=False).json()
    numbers = {a["Customer_Number__c"]: a["Id"] for a in state["Account"]}
    (book,) = [b for b in state["Pricebook2"] if b["Name"] == "Portal"]
    order = {
        "Id": ORDER_ID,
        "AccountId": numbers[CUSTOMERS[0].number],
        "EffectiveDate": "2026-01-01",
        "Status": "Draft",
        "Pricebook2Id": book["Id"],
    }
    answer = httpx.post(
        f"{stack.salesforce_url}/_admin/seed",
        json={"records": {"Order": [order]}},
        timeout=10,
        trust_env=False,
    )
    answer.raise_for_status()
