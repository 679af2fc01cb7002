"""Alarms: what is watched, and that each says where to read what to do."""

from __future__ import annotations

import json
import re
from typing import Any

from infra.endpoints import ENDPOINTS
from infra.vocabulary import Queue, Secret
from tests.infra.template import Template, as_list, target


def alarms(template: Template) -> dict[str, dict[str, Any]]:
    """Properties of every alarm by name."""
    return {
        r["Properties"]["AlarmName"]: r["Properties"]
        for r in template.of("AWS::CloudWatch::Alarm").values()
    }


def watched(template: Template, metric: str, dimension: str) -> set[str]:
    """Logical ids whose metric has an alarm of its own."""
    return {
        target(entry["Value"])
        for alarm in alarms(template).values()
        if alarm.get("MetricName") == metric
        for entry in alarm.get("Dimensions", [])
        if entry["Name"] == dimension
    }


def test_every_alarm_reports_and_names_its_runbook(template: Template) -> None:
    (topic,) = template.of("AWS::SNS::Topic")
    for name, alarm in alarms(template).items():
        assert re.search(r"Runbook: docs/runbooks/[a-z-]+\.md$", alarm["AlarmDescription"]), name
        assert [target(action) for action in alarm["AlarmActions"]] == [topic]
        assert alarm["TreatMissingData"] == "notBreaching"


def test_every_dead_letter_queue_alarms_at_the_first_message(template: Template) -> None:
    dead_letters = {
        id_
        for id_, queue in template.of("AWS::SQS::Queue").items()
        if queue["Properties"]["QueueName"].endswith("-dead-letters")
    }
    metric = "ApproximateNumberOfMessagesVisible"
    assert watched(template, metric, "QueueName") == dead_letters
    for alarm in alarms(template).values():
        if alarm.get("MetricName") == metric:
            assert (alarm["Threshold"], alarm["EvaluationPeriods"]) == (1, 1)


def test_every_queue_alarms_when_its_oldest_message_is_too_old(template: Template) -> None:
    queues = {
        template.named("AWS::SQS::Queue", "QueueName", f"portal-test-{queue.value}")[0]
        for queue in Queue
    }
    assert watched(template, "ApproximateAgeOfOldestMessage", "QueueName") == queues


def test_every_function_alarms_when_it_crashes(template: Template) -> None:
    assert watched(template, "Errors", "FunctionName") == set(template.of("AWS::Lambda::Function"))


def test_background_functions_alarm_before_their_timeout(template: Template) -> None:
    for endpoint in ENDPOINTS:
        if endpoint.route is None:
            function_id, function = template.named(
                "AWS::Lambda::Function", "FunctionName", f"portal-test-{endpoint.id}"
            )
            (alarm,) = (
                alarm
                for alarm in alarms(template).values()
                if alarm.get("MetricName") == "Duration"
                and target(alarm["Dimensions"][0]["Value"]) == function_id
            )
            assert alarm["Threshold"] < 1000 * function["Timeout"]


def test_the_business_alarms_read_the_metrics_that_handlers_emit(template: Template) -> None:
    found = alarms(template)
    for name, service, metric in (
        ("ProvisioningFailed", "provision", "ProvisioningFailed"),
        ("EmailFailed", "email", "MessagesGivenUp"),
        ("EmailAllowanceUsedUp", "email", "AllowanceUsedUp"),
        ("EmailAccessDenied", "email", "AccessDenied"),
        ("CaseAccessDenied", "auth", "AccessDenied"),
        ("EmailDelayed", "email", "MessagesDelayed"),
        ("CaseDelayed", "auth", "MessagesDelayed"),
    ):
        alarm = found[f"portal-test-{name}"]
        assert (alarm["Namespace"], alarm["MetricName"]) == ("Portal", metric)
        assert alarm["Dimensions"] == [{"Name": "service", "Value": service}]
        assert alarm["Threshold"] == 1


def test_faults_and_quota_are_watched_in_every_area_that_can_report_them(
    template: Template,
) -> None:
    expected = {
        "UnexpectedErrors": {e.area for e in ENDPOINTS},
        "SalesforceQuota": {e.area for e in ENDPOINTS if Secret.SALESFORCE in e.secrets},
    }
    for name, areas in expected.items():
        alarm = alarms(template)[f"portal-test-{name}"]
        services = {
            m["MetricStat"]["Metric"]["Dimensions"][0]["Value"]
            for m in alarm["Metrics"]
            if "MetricStat" in m
        }
        assert services == areas
        assert len(areas) <= 10  # CloudWatch's limit of metrics per alarm


def test_server_errors_are_judged_as_a_rate_with_a_floor(template: Template) -> None:
    alarm = alarms(template)["portal-test-ApiServerErrors"]
    (expression,) = (m["Expression"] for m in alarm["Metrics"] if "Expression" in m)
    assert expression == "IF(errors >= 5, 100 * errors / requests, 0)"
    assert alarm["Threshold"] == 1


def test_alarms_may_publish_to_the_topic_over_tls_only(template: Template) -> None:
    (policy,) = template.of("AWS::SNS::TopicPolicy").values()
    statements = policy["Properties"]["PolicyDocument"]["Statement"]
    allowed = [s for s in statements if s["Effect"] == "Allow"]
    assert [s["Principal"] for s in allowed] == [{"Service": "cloudwatch.amazonaws.com"}]
    assert as_list(allowed[0]["Action"]) == ["sns:Publish"]
    denied = [s for s in statements if s["Effect"] == "Deny"]
    assert denied[0]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_the_dashboard_shows_every_alarm(template: Template) -> None:
    (dashboard,) = template.of("AWS::CloudWatch::Dashboard").values()
    body = json.dumps(dashboard["Properties"]["DashboardBody"])
    for id_ in template.of("AWS::CloudWatch::Alarm"):
        assert f'"{id_}"' in body
