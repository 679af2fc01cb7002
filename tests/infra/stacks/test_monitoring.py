"""Alarms: what is watched, and that each says where to read what to do."""

from __future__ import annotations

import ast
import itertools
import json
import re
from typing import Any, TypeGuard
from unittest.mock import Mock

import pytest
from portal.observability import count

from infra.alarms import ALARMS
from infra.components.monitoring import TIMEOUT_SHARE, Alarms
from infra.config import ConfigurationError
from infra.endpoints import ENDPOINTS
from infra.paging import PAGES
from infra.paths import REPOSITORY
from infra.resource_names import Secret, Table
from tests.infra.template import Template, as_list, target
from tests.workflow_metrics import job_metrics


class _Text(ast.Constant):
    """A constant that is a text."""

    value: str


def alarms(monitoring: Template) -> dict[str, dict[str, Any]]:
    """Properties of every alarm by name."""
    return {
        r["Properties"]["AlarmName"]: r["Properties"]
        for r in monitoring.of("AWS::CloudWatch::Alarm").values()
    }


def watched(monitoring: Template, metric: str, dimension: str) -> set[str]:
    """Names of the resources whose metric has an alarm of its own."""
    return {
        entry["Value"]
        for alarm in alarms(monitoring).values()
        if alarm.get("MetricName") == metric
        for entry in alarm.get("Dimensions", [])
        if entry["Name"] == dimension
    }


def names(template: Template, type_: str, property_: str) -> set[str]:
    """The physical names of all resources of a type."""
    return {resource["Properties"][property_] for resource in template.of(type_).values()}


def test_every_alarm_reports_and_names_its_runbook(monitoring: Template) -> None:
    topic, _ = monitoring.named("AWS::SNS::Topic", "TopicName", "portal-test-alarms")
    for name, alarm in alarms(monitoring).items():
        assert re.search(r"Runbook: docs/runbooks/[a-z-]+\.md$", alarm["AlarmDescription"]), name
        assert [target(action) for action in alarm["AlarmActions"]] == [topic]
        silent = name.endswith("Silent")
        assert alarm["TreatMissingData"] == ("breaching" if silent else "notBreaching"), name


def test_every_dead_letter_queue_alarms_at_the_first_message(
    template: Template, monitoring: Template
) -> None:
    queues = names(template, "AWS::SQS::Queue", "QueueName")
    metric = "ApproximateNumberOfMessagesVisible"
    expected = {name for name in queues if name.endswith("-dead-letters")}
    assert watched(monitoring, metric, "QueueName") == expected
    for alarm in alarms(monitoring).values():
        if alarm.get("MetricName") == metric:
            assert (alarm["Threshold"], alarm["EvaluationPeriods"]) == (1, 1)


def test_every_queue_alarms_when_its_oldest_message_is_too_old(
    template: Template, monitoring: Template
) -> None:
    queues = names(template, "AWS::SQS::Queue", "QueueName")
    expected = {name for name in queues if not name.endswith("-dead-letters")}
    assert watched(monitoring, "ApproximateAgeOfOldestMessage", "QueueName") == expected


def test_every_function_alarms_when_it_crashes(template: Template, monitoring: Template) -> None:
    functions = names(template, "AWS::Lambda::Function", "FunctionName")
    assert watched(monitoring, "Errors", "FunctionName") == functions


def test_background_functions_alarm_before_their_timeout(monitoring: Template) -> None:
    for endpoint in ENDPOINTS:
        if endpoint.route is None:
            (alarm,) = (
                alarm
                for alarm in alarms(monitoring).values()
                if alarm.get("MetricName") == "Duration"
                and alarm["Dimensions"][0]["Value"] == f"portal-test-{endpoint.id}"
            )
            assert alarm["Threshold"] < 1000 * endpoint.timeout


def test_every_scheduled_function_alarms_when_it_does_not_run(monitoring: Template) -> None:
    scheduled = {f"portal-test-{e.id}" for e in ENDPOINTS if e.every_minutes is not None}
    assert watched(monitoring, "Invocations", "FunctionName") == scheduled
    alarm = alarms(monitoring)["portal-test-ProvisionSweeperSilent"]
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 1)
    assert alarm["EvaluationPeriods"] * alarm["Period"] == 3 * 5 * 60


def metrics(properties: dict[str, Any]) -> list[dict[str, Any]]:
    """Namespace, name, dimensions and statistic of every metric that an alarm watches."""
    if "MetricName" in properties:
        return [
            {
                "Namespace": properties["Namespace"],
                "MetricName": properties["MetricName"],
                "Dimensions": properties.get("Dimensions", []),
                "Stat": properties.get("Statistic") or properties["ExtendedStatistic"],
            }
        ]
    return [
        {**entry["MetricStat"]["Metric"], "Stat": entry["MetricStat"]["Stat"]}
        for entry in properties["Metrics"]
        if "MetricStat" in entry
    ]


# What AWS emits, by name: the sets of dimensions under which it does. Sources: the developer guides
# of Lambda ("Types of metrics"), SQS ("Available CloudWatch metrics"), API Gateway ("Dimensions for
# metrics") and DynamoDB ("DynamoDB metrics and dimensions").
FUNCTION, QUEUE, STAGE = {"FunctionName"}, {"QueueName"}, {"ApiName", "Stage"}
EMITTED_BY_AWS: dict[str, list[set[str]]] = {
    "AWS/Lambda Errors": [FUNCTION],
    "AWS/Lambda Duration": [FUNCTION],
    "AWS/Lambda Invocations": [FUNCTION],
    "AWS/Lambda Throttles": [set(), FUNCTION],
    "AWS/SQS ApproximateAgeOfOldestMessage": [QUEUE],
    "AWS/SQS ApproximateNumberOfMessagesVisible": [QUEUE],
    "AWS/ApiGateway 5XXError": [STAGE],
    "AWS/ApiGateway Count": [STAGE],
    "AWS/ApiGateway Latency": [STAGE],
    "AWS/DynamoDB ReadThrottleEvents": [{"TableName"}, {"TableName", "GlobalSecondaryIndexName"}],
    "AWS/DynamoDB WriteThrottleEvents": [{"TableName"}, {"TableName", "GlobalSecondaryIndexName"}],
}


def test_alarms_watch_metrics_that_aws_emits_under_these_dimensions(
    monitoring: Template, production_monitoring: Template
) -> None:
    for each in (monitoring, production_monitoring):
        for name, alarm in alarms(each).items():
            for metric in metrics(alarm):
                if not metric["Namespace"].startswith("Portal/"):
                    dimensions = {entry["Name"] for entry in metric.get("Dimensions", [])}
                    known = EMITTED_BY_AWS[f"{metric['Namespace']} {metric['MetricName']}"]
                    assert dimensions in known, name


def emitted_by_the_portal() -> dict[str, set[frozenset[str]]]:
    """Names of metrics and the dimensions that are added to them, read off the sources.

    A name that is chosen at run time is found as a text of the module that chooses it.
    """
    found: dict[str, set[frozenset[str]]] = job_metrics()
    for folder in ("functions", "layers/shared/python/portal"):
        for path in (REPOSITORY / folder).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            chosen = False
            for node in ast.walk(tree):
                if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                    continue
                if node.func.id not in {"count", "gauge", "duration", "timed"} or not node.args:
                    continue
                names = [n.value for n in ast.walk(node.args[0]) if _is_text(n)]
                chosen = chosen or not names
                dimensions = frozenset(keyword.arg or "" for keyword in node.keywords)
                for name in names:
                    found.setdefault(name, set()).add(dimensions)
            if chosen:
                for node in ast.walk(tree):
                    if _is_text(node):
                        found.setdefault(node.value, set()).add(frozenset())
    return found


def _is_text(node: ast.AST) -> TypeGuard[_Text]:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_alarms_watch_metrics_that_the_portal_emits_under_these_dimensions(
    monitoring: Template,
) -> None:
    emitted = emitted_by_the_portal()
    for name, alarm in alarms(monitoring).items():
        for metric in metrics(alarm):
            if metric["Namespace"].startswith("AWS/"):
                continue
            assert metric["Namespace"] == "Portal/test", name
            dimensions = {entry["Name"] for entry in metric["Dimensions"]}
            assert dimensions - {"service"} in emitted[metric["MetricName"]], name
            assert "service" in dimensions, name


def test_an_alarm_matches_what_a_handler_prints(
    template: Template,
    monitoring: Template,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The embedded metric of one Lambda, with the environment that the stack gives it."""
    _, function = template.named(
        "AWS::Lambda::Function", "FunctionName", "portal-test-provision-worker"
    )
    for name in ("POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE"):
        monkeypatch.setenv(name, function["Environment"]["Variables"][name])
    count("CircuitOpened", upstream="whmcs")
    printed = json.loads(capfd.readouterr().out)
    directive = printed["_aws"]["CloudWatchMetrics"][0]
    watched_metric = metrics(alarms(monitoring)["portal-test-CircuitOpenedWhmcs"])[0]
    assert directive["Namespace"] == watched_metric["Namespace"]
    assert directive["Metrics"][0]["Name"] == watched_metric["MetricName"]
    assert {name: printed[name] for name in directive["Dimensions"][0]} == {
        entry["Name"]: entry["Value"] for entry in watched_metric["Dimensions"]
    }


def test_areas_of_an_alarm_are_all_that_can_report_it(monitoring: Template) -> None:
    expected = {
        # A scheduled Lambda that fails just crashes.
        "UnexpectedErrors": {
            e.area for e in ENDPOINTS if e.every_minutes is None and not e.minutes_setting
        },
        "UnknownVendorErrors": {e.area for e in ENDPOINTS if e.calls_outside},
        "SalesforceQuota": {e.area for e in ENDPOINTS if Secret.SALESFORCE in e.secrets},
        # Whoever reads the catalogue may be the one who refreshes the shared cache.
        "CatalogProductsRejected": {e.area for e in ENDPOINTS if Table.CATALOG in e.tables},
    }
    for name, areas in expected.items():
        parts = [
            metrics(alarm)
            for found, alarm in alarms(monitoring).items()
            if re.fullmatch(rf"portal-test-{name}\d*", found)
        ]
        reporting = [metric["Dimensions"][0]["Value"] for part in parts for metric in part]
        assert sorted(reporting) == sorted(areas), name
        # CloudWatch's limit of metrics per alarm.
        assert all(len(part) <= 10 for part in parts)


def test_every_table_and_index_is_watched_for_throttling(
    template: Template, monitoring: Template
) -> None:
    expected = {(name, "") for name in names(template, "AWS::DynamoDB::Table", "TableName")}
    expected |= {
        (table["Properties"]["TableName"], index["IndexName"])
        for table in template.of("AWS::DynamoDB::Table").values()
        for index in table["Properties"].get("GlobalSecondaryIndexes", [])
    }
    for kind in ("Read", "Write"):
        found = metrics(alarms(monitoring)[f"portal-test-Table{kind}Throttles"])
        dimensions = [{d["Name"]: d["Value"] for d in metric["Dimensions"]} for metric in found]
        assert {
            (each["TableName"], each.get("GlobalSecondaryIndexName", "")) for each in dimensions
        } == expected
        assert len(found) <= 10


def test_the_api_is_watched_under_its_own_name(template: Template, monitoring: Template) -> None:
    (api,) = names(template, "AWS::ApiGateway::RestApi", "Name")
    (stage,) = names(template, "AWS::ApiGateway::Stage", "StageName")
    (latency,) = metrics(alarms(monitoring)["portal-test-ApiLatency"])
    assert {entry["Name"]: entry["Value"] for entry in latency["Dimensions"]} == {
        "ApiName": api,
        "Stage": stage,
    }


def test_server_errors_are_judged_as_a_rate_with_a_floor(monitoring: Template) -> None:
    alarm = alarms(monitoring)["portal-test-ApiServerErrors"]
    (expression,) = (m["Expression"] for m in alarm["Metrics"] if "Expression" in m)
    assert expression == "IF(errors >= 5, 100 * errors / requests, 0)"
    assert alarm["Threshold"] == 1


def test_alarms_may_publish_to_the_topics_over_tls_only(monitoring: Template) -> None:
    policies = monitoring.of("AWS::SNS::TopicPolicy").values()
    assert len(policies) == monitoring.count("AWS::SNS::Topic")
    for policy in policies:
        statements = policy["Properties"]["PolicyDocument"]["Statement"]
        allowed = [s for s in statements if s["Effect"] == "Allow"]
        assert [s["Principal"] for s in allowed] == [{"Service": "cloudwatch.amazonaws.com"}]
        assert as_list(allowed[0]["Action"]) == ["sns:Publish"]
        denied = [s for s in statements if s["Effect"] == "Deny"]
        assert denied[0]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_mails_of_alarms_and_of_pages_have_an_address_each(production_monitoring: Template) -> None:
    mailed = {
        production_monitoring.resources[target(s["Properties"]["TopicArn"])]["Properties"][
            "TopicName"
        ]: s["Properties"]["Endpoint"]
        for s in production_monitoring.of("AWS::SNS::Subscription").values()
    }
    assert mailed == {
        "portal-production-alarms": "ops@example.com",
        "portal-production-pages": "oncall@example.com",
    }


def test_a_stage_may_have_thresholds_of_its_own(production_monitoring: Template) -> None:
    latency = alarms(production_monitoring)["portal-production-ApiLatency"]
    assert latency["Threshold"] == 8000
    assert "took longer than 8000 ms" in latency["AlarmDescription"]
    assert alarms(production_monitoring)["portal-production-SalesforceQuota"]["Threshold"] == 70


def test_a_threshold_of_an_unknown_alarm_is_refused() -> None:
    strange = Alarms(scope=Mock(), prefix="p", topic=Mock(), thresholds={"ApiLatencies": 1})
    with pytest.raises(ConfigurationError, match="there is no alarm ApiLatencies"):
        strange.refuse_unknown_thresholds()


def table_of(page: str, header: str) -> dict[str, str]:
    """The first two columns of the table with that header, names without their marks."""
    lines = page[page.index(header) :].splitlines()[2:]
    rows = [line.split(" | ") for line in itertools.takewhile(bool, lines)]
    return {row[0].strip("| `"): row[1].strip(" |") for row in rows}


def test_the_page_lists_what_pages_and_every_threshold_that_is_not_one(
    monitoring: Template,
) -> None:
    page = (REPOSITORY / "docs" / "operations.md").read_text(encoding="utf-8")
    assert table_of(page, "| pages | why |") == PAGES
    thresholds = {
        name.removeprefix("portal-test-"): alarm["Threshold"]
        for name, alarm in alarms(monitoring).items()
        if not name.endswith("Duration")
    }
    listed = table_of(page, "| alarm | default threshold | is |")
    assert listed.pop("<Lambda>Duration") == f"{100 * TIMEOUT_SHARE:.0f} % of its timeout"
    assert {name: thresholds[name] for name in listed} == {n: float(t) for n, t in listed.items()}
    assert {name for name, value in thresholds.items() if value != 1} <= listed.keys()


def test_no_widget_has_more_alarms_than_cloudwatch_takes(monitoring: Template) -> None:
    (dashboard,) = monitoring.of("AWS::CloudWatch::Dashboard").values()
    parts = dashboard["Properties"]["DashboardBody"]["Fn::Join"][1]
    body = json.loads("".join(part if isinstance(part, str) else "x" for part in parts))
    shown = [w["properties"]["alarms"] for w in body["widgets"] if w["type"] == "alarm"]
    assert len(shown) > 1
    assert max(map(len, shown)) <= 100


def test_the_dashboard_shows_every_alarm(monitoring: Template) -> None:
    (dashboard,) = monitoring.of("AWS::CloudWatch::Dashboard").values()
    body = json.dumps(dashboard["Properties"]["DashboardBody"])
    for id_ in monitoring.of("AWS::CloudWatch::Alarm"):
        assert f'"{id_}"' in body


def test_every_row_is_an_alarm_of_its_name(monitoring: Template) -> None:
    assert {f"portal-test-{row.name}" for row in ALARMS} <= set(alarms(monitoring))


def test_the_dashboard_shows_outside_systems_circuits_and_quota(monitoring: Template) -> None:
    (dashboard,) = monitoring.of("AWS::CloudWatch::Dashboard").values()
    body = json.dumps(dashboard["Properties"]["DashboardBody"])
    for part in (
        "{Portal/test,service,upstream} MetricName=",
        "UpstreamLatency",
        "UpstreamErrors",
        "CircuitOpened",
        "SalesforceApiQuotaUsedPercent",
    ):
        assert part in body
