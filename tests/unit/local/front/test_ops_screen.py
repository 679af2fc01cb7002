"""`/ops`: alarms and dashboard of the deployed template, and the runbooks they lead to."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.exceptions import EndpointConnectionError

from local.front import monitoring
from local.front.app import create_app
from local.front.charts import HEIGHT, WIDTH, draw
from local.front.monitoring import Series, Widget, split_description
from local.stack import fixups
from tests.unit.local.conftest import Door, listening, serving

NOW = datetime.now(UTC)
FAILED = "portal-local-ProvisioningFailed"
QUOTA = "portal-local-Quota"
PAGING = "portal-local-Paging"
ALARMS = [
    {
        "AlarmName": "portal-local-EmailQueueAge",
        "AlarmDescription": "Mails wait too long. Runbook: docs/runbooks/email-queue.md",
        "StateValue": "OK",
        "StateUpdatedTimestamp": NOW,
        "MetricName": "Age|Maximum|QueueName|portal-local-email",
        "Namespace": "AWS/SQS",
        "Dimensions": [{"Name": "QueueName", "Value": "portal-local-email"}],
        "Period": 300,
        "Threshold": 900.0,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    },
    {
        "AlarmName": FAILED,
        "AlarmDescription": "An order <failed>. Runbook: docs/runbooks/provisioning-failed.md",
        "StateValue": "ALARM",
        "StateUpdatedTimestamp": NOW,
        "MetricName": "ProvisioningFailed|Sum|service|provision",
        "Namespace": "Portal",
        "Dimensions": [{"Name": "service", "Value": "provision"}],
        "Period": 300,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    },
]
WIDGETS = [
    {"type": "alarm", "width": 24, "properties": {"title": "Alarms", "alarms": []}},
    {
        "type": "metric",
        "width": 24,
        "properties": {
            "title": "Provisioning",
            "metrics": [
                ["Portal", "ProvisioningFailed", "service", "provision", {"stat": "Sum"}],
                ["Portal", "Silent", {"stat": "p99", "label": "silent"}],
                [{"expression": "m1 / m2", "label": "rate"}],
            ],
        },
    },
]
TEMPLATE = {
    "Resources": {
        "Math": {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                "AlarmName": "portal-local-ApiErrors",
                "AlarmDescription": "Too many 5xx. Runbook: docs/runbooks/api-errors.md",
                "Metrics": [],
            },
        },
        "Known": {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {"AlarmName": FAILED, "AlarmDescription": "again"},
        },
        "Quota": {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                "AlarmName": QUOTA,
                "AlarmDescription": "Used up. Runbook: docs/runbooks/salesforce-quota.md",
                "ComparisonOperator": "GreaterThanOrEqualToThreshold",
                "Threshold": 6,
                "Metrics": [
                    {
                        "Id": "sum",
                        "Expression": "FILL(provision, 0) + FILL(orders, 0)",
                        "Label": "Failed, 2 areas",
                    },
                    *(
                        {
                            "Id": area,
                            "ReturnData": False,
                            "MetricStat": {
                                "Metric": {
                                    "Namespace": "Portal",
                                    "MetricName": "ProvisioningFailed",
                                    "Dimensions": [{"Name": "service", "Value": area}],
                                },
                                "Period": 300,
                                "Stat": "Sum",
                            },
                        }
                        for area in ("provision", "orders")
                    ),
                ],
            },
        },
        "Paging": {
            "Type": "AWS::CloudWatch::CompositeAlarm",
            "Properties": {
                "AlarmName": PAGING,
                "AlarmDescription": "Somebody is paged. Runbook: docs/runbooks/paging.md",
                "AlarmRule": f'ALARM("portal-local-EmailQueueAge") OR ALARM("{QUOTA}")',
            },
        },
        "Unusual": {
            "Type": "AWS::CloudWatch::CompositeAlarm",
            "Properties": {"AlarmName": "portal-local-Unusual", "AlarmRule": f'NOT OK("{QUOTA}")'},
        },
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {}},
    }
}


class FakeCloudWatch:
    """CloudWatch with the alarms, one dashboard and the values of one metric."""

    def __init__(self) -> None:
        self.down = False
        self.values = [2.0, 4.0]

    def get_paginator(self, _: str) -> FakeCloudWatch:
        if self.down:
            raise EndpointConnectionError(endpoint_url="http://127.0.0.1:9")
        return self

    def paginate(self) -> list[dict[str, Any]]:
        return [{"MetricAlarms": ALARMS[:1]}, {"MetricAlarms": ALARMS[1:]}]

    def list_dashboards(self) -> dict[str, Any]:
        return {"DashboardEntries": [{"DashboardName": "portal-local"}]}

    def get_dashboard(self, **_: str) -> dict[str, Any]:
        return {"DashboardBody": json.dumps({"widgets": WIDGETS})}

    def get_metric_data(self, **call: Any) -> dict[str, Any]:
        results = []
        for query in call["MetricDataQueries"]:
            metric = query["MetricStat"]["Metric"]
            wanted = [{"Name": "service", "Value": "provision"}]
            known = metric["MetricName"] == "ProvisioningFailed" and metric["Dimensions"] == wanted
            times = [NOW - timedelta(minutes=2), NOW - timedelta(minutes=1)] if known else []
            results.append(
                {"Id": query["Id"], "Timestamps": times, "Values": self.values[: len(times)]}
            )
        return {"MetricDataResults": results}


@dataclasses.dataclass
class Ops:
    client: httpx.Client
    cloudwatch: FakeCloudWatch
    docs: Path

    def page(self, path: str = "/ops") -> str:
        answer = self.client.get(path, headers={"Accept": "text/html"})
        assert answer.status_code == 200, answer.text
        return answer.text


@pytest.fixture
def ops(door: Door, tmp_path: Path) -> Iterator[Ops]:
    (tmp_path / "Portal-local.template.json").write_text(json.dumps(TEMPLATE))
    runbooks = tmp_path / "docs" / "runbooks"
    runbooks.mkdir(parents=True)
    context = dataclasses.replace(
        door.context, assembly=tmp_path, openapi_path=tmp_path / "docs" / "openapi.json"
    )
    cloudwatch = FakeCloudWatch()
    listener, url = listening()
    app = create_app(context, lambda: cloudwatch)
    with listener, serving(app, listener), httpx.Client(base_url=url, trust_env=False) as client:
        yield Ops(client, cloudwatch, tmp_path / "docs")


def test_names_of_copied_metrics_are_read_as_they_were_written() -> None:
    assert monitoring.SEPARATOR == fixups.SEPARATOR


def test_a_raised_alarm_comes_first_with_its_value_and_its_runbook(ops: Ops) -> None:
    page = ops.page()
    raised = page[: page.index('id="charts"')]
    assert FAILED in raised
    assert "An order &lt;failed&gt;." in raised
    assert "Sum of ProvisioningFailed ≥ 1 in 300 s · now 4" in raised
    assert 'href="/ops/docs/runbooks/provisioning-failed.md"' in raised
    assert "EmailQueueAge" not in raised


def test_an_alarm_that_is_expected_here_says_why(ops: Ops, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ALARMS[0], "AlarmName", "portal-local-CatalogProductsRejected")
    monkeypatch.setitem(ALARMS[0], "StateValue", "ALARM")
    page = ops.page()
    raised = page[: page.index('id="charts"')]
    assert raised.count("Expected on the local stack") == 1
    assert "a product with a mistake" in raised


def test_without_a_raised_alarm_the_page_says_so(ops: Ops, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ALARMS[1], "StateValue", "OK")
    ops.cloudwatch.values = [0.0, 0.0]
    assert "No alarm is raised." in ops.page()


def test_every_alarm_is_listed_once_those_of_aws_alone_too(ops: Ops) -> None:
    page = ops.page()
    every = page[page.index("All 6 alarms") :]
    rows = re.findall(r"<tr>\s*<td data-label=\"Alarm\"><div>([^<]+)</div>", every)
    assert rows == [
        PAGING,
        FAILED,
        QUOTA,
        "portal-local-EmailQueueAge",
        "portal-local-ApiErrors",
        "portal-local-Unusual",
    ]
    assert "in AWS only" in every
    assert "no data" in every


def test_alarms_on_metric_math_are_computed(ops: Ops) -> None:
    page = ops.page()
    raised = page[: page.index('id="charts"')]
    assert "Failed, 2 areas ≥ 6 · now 6" in raised
    ops.cloudwatch.values = [2.0, 3.0]
    page = ops.page()
    assert QUOTA not in page[: page.index('id="charts"')]


def test_the_composite_alarm_follows_the_alarms_that_it_names(ops: Ops) -> None:
    page = ops.page()
    assert f"because of {QUOTA}" in page[: page.index('id="charts"')]
    ops.cloudwatch.values = [2.0, 3.0]
    page = ops.page()
    assert PAGING not in page[: page.index('id="charts"')]
    assert "any of 2 alarms" in page


def test_programs_read_the_alarms(ops: Ops) -> None:
    alarms = ops.client.get("/ops/alarms.json").json()["alarms"]
    states = {alarm["name"]: alarm["state"] for alarm in alarms}
    assert states == {
        FAILED: "ALARM",
        QUOTA: "ALARM",
        PAGING: "ALARM",
        "portal-local-Unusual": None,
        "portal-local-EmailQueueAge": "OK",
        "portal-local-ApiErrors": None,
    }
    assert [alarm["runbook"] for alarm in alarms[:2]] == ["paging", "provisioning-failed"]
    assert alarms[2]["since"]
    ops.cloudwatch.down = True
    assert ops.client.get("/ops/alarms.json").status_code == 502


def test_the_dashboard_is_drawn_with_live_values(ops: Ops) -> None:
    page = ops.page()
    chart = page[page.index('id="charts"') : page.index("All 6 alarms")]
    assert "<figcaption>Provisioning</figcaption>" in chart
    assert '<path class="line c0" d="M' in chart
    assert 'ProvisioningFailed provision <span class="quiet">4</span>' in chart
    assert 'silent p99 <span class="quiet">no data</span>' in chart
    assert "1 computed metrics are shown in AWS only" in chart


def test_when_cloudwatch_does_not_answer_the_page_says_so(ops: Ops) -> None:
    ops.cloudwatch.down = True
    answer = ops.client.get("/ops", headers={"Accept": "text/html"})
    assert answer.status_code == 502
    assert "CloudWatch of the local stack does not answer" in answer.text


def test_a_runbook_is_shown_as_a_page_and_may_contain_no_html(ops: Ops) -> None:
    runbook = ops.docs / "runbooks" / "api-errors.md"
    runbook.write_text("# Errors\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n<script>x</script>\n")
    page = ops.page("/ops/docs/runbooks/api-errors.md")
    assert "<h1>Errors</h1>" in page
    assert "<td>1</td>" in page
    assert "<script>x" not in page


@pytest.mark.parametrize(
    "path",
    ["runbooks/nothing.md", "openapi.json", "..%2fPortal-local.template.json", "%2e%2e/x.md"],
)
def test_nothing_but_the_documents_is_shown(ops: Ops, path: str) -> None:
    (ops.docs / "openapi.json").write_text("{}")
    assert ops.client.get(f"/ops/docs/{path}").status_code == 404


@pytest.mark.parametrize(
    ("description", "split"),
    [
        ("Bad. Runbook: docs/runbooks/api-errors.md", ("Bad.", "api-errors")),
        ("Bad. Runbook: https://x.example/a/runbooks/api-errors.md", ("Bad.", "api-errors")),
        ("Bad.", ("Bad.", None)),
    ],
)
def test_the_runbook_is_found_in_the_description(
    description: str, split: tuple[str, str | None]
) -> None:
    assert split_description(description) == split


def test_a_chart_shows_the_largest_lines_and_leaves_gaps_where_there_is_no_data() -> None:
    series = [
        Series(label=f"s{n}", values=((30.0, float(n)), (29.0, 0.0), (10.0, 1.0))) for n in range(9)
    ]
    chart = draw(Widget(title="T", wide=False, series=tuple(series), left_out=0))
    assert [line.label for line in chart.lines] == ["s8", "s7", "s6", "s5", "s4", "s3"]
    assert (chart.top, chart.more) == (8.0, 3)
    assert chart.lines[0].path == (
        f"M{WIDTH / 2:.1f} 0.0h0L{WIDTH * 31 / 60:.1f} {HEIGHT:.1f}"
        f"M{WIDTH * 50 / 60:.1f} {HEIGHT * 7 / 8:.1f}h0"
    )
