"""The real template, deployed: the parts that only show when they are together."""

from __future__ import annotations

import pytest
import requests

from local.context import StackContext
from local.stack.build import CONFIGURATION
from local.stack.ministack import Ministack
from local.stack.settings import front_origins

pytestmark = pytest.mark.stack


def test_the_front_door_leads_to_the_deployed_api(stack: StackContext) -> None:
    answer = requests.get(f"{stack.front_url}/api/health", timeout=20)
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_the_catalogue_comes_from_the_salesforce_emulator(stack: StackContext) -> None:
    items = requests.get(f"{stack.front_url}/api/catalog", timeout=60).json()["items"]
    state = requests.get(f"{stack.salesforce_url}/_admin/journal", timeout=10).json()
    assert items
    assert "/services/oauth2/token" in {call["path"] for call in state["calls"]}


def test_lambdas_are_pointed_at_this_runs_emulators(stack: StackContext, aws: Ministack) -> None:
    variables: dict[str, str] = {}
    for page in aws.client("lambda").get_paginator("list_functions").paginate():
        for function in page["Functions"]:
            variables.update(function["Environment"]["Variables"])
    assert variables["SALESFORCE_URL"] == stack.salesforce_url
    assert variables["WHMCS_API_URL"] == f"{stack.whmcs_url}/includes/api.php"
    assert variables["ESIM_API_URL"] == stack.gigs_url
    assert variables["SENDGRID_API_URL"] == stack.sendgrid_url
    assert variables["PORTAL_WEB_URL"] == stack.front_url
    assert variables["STAGE"] == CONFIGURATION["STAGE"]


def test_cors_names_this_runs_front_door(stack: StackContext) -> None:
    port = int(stack.front_url.rsplit(":", 1)[1])
    origin, _ = front_origins(port)
    answer = requests.options(
        f"{stack.api_url}/orders",
        headers={"Origin": origin, "Access-Control-Request-Method": "POST"},
        timeout=10,
    )
    assert answer.headers["Access-Control-Allow-Origin"] == origin


def test_every_alarm_starts_out_well(stack: StackContext, aws: Ministack) -> None:
    pages = aws.client("cloudwatch").get_paginator("describe_alarms").paginate()
    states = {a["AlarmName"]: a["StateValue"] for page in pages for a in page["MetricAlarms"]}
    assert states
    assert "INSUFFICIENT_DATA" not in states.values()


def test_sweeper_and_audit_are_due_by_rules(stack: StackContext, aws: Ministack) -> None:
    events = aws.client("events")
    due = set()
    for rule in events.list_rules()["Rules"]:
        assert (rule["State"], rule["ScheduleExpression"]) == ("ENABLED", "rate(5 minutes)")
        (target,) = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
        due.add(target["Arn"].rpartition("portal-local-")[2])
    assert due == {"provision-sweeper", "audit-nightly"}


def test_secrets_hold_what_the_emulators_accept(stack: StackContext, aws: Ministack) -> None:
    value = aws.client("secretsmanager").get_secret_value(
        SecretId=stack.stack_outputs["SigningSecretName"]
    )["SecretString"]
    assert value == f'{{"keys": {{"{stack.signing_key_id}": "{stack.signing_key}"}}}}'
