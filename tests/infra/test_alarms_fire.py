"""Every alarm of the template is raised by its cause, and cleared when the cause is gone.

A new alarm needs a cause in `tests/infra/alarms`: the first test names it otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from infra.paging import COMPOSITE, PAGES
from local.stack.logs import Line, embedded_metrics
from tests.infra.alarms.aws_causes import aws_causes
from tests.infra.alarms.evaluation import Alarm, Period, dimensions, state
from tests.infra.alarms.portal_causes import Place, portal_causes
from tests.infra.template import Template
from tests.tables import Tables

PREFIX = "portal-test-"
OF_AWS, OF_THE_PORTAL = aws_causes(), portal_causes()


@pytest.fixture(scope="module")
def alarms(monitoring: Template) -> dict[str, list[Alarm]]:
    """The alarms by name; those that needed several have more than one."""
    found: dict[str, list[Alarm]] = {}
    for resource in monitoring.of("AWS::CloudWatch::Alarm").values():
        properties = resource["Properties"]
        name = re.sub(r"\d+$", "", properties["AlarmName"].removeprefix(PREFIX))
        found.setdefault(name, []).append(properties)
    return found


@pytest.fixture(scope="module")
def module_tables() -> Iterator[Tables]:
    with mock_aws():
        yield Tables()


def test_every_alarm_has_a_cause_and_every_cause_an_alarm(alarms: dict[str, Any]) -> None:
    assert set(alarms) == OF_AWS.keys() | OF_THE_PORTAL.keys()
    assert not OF_AWS.keys() & OF_THE_PORTAL.keys()


@pytest.mark.parametrize("name", OF_AWS)
def test_an_alarm_on_aws_own_metrics_follows_its_cause(
    alarms: dict[str, list[Alarm]], name: str
) -> None:
    for alarm in alarms[name]:
        follows(alarm, OF_AWS[name].trouble(), OF_AWS[name].calm())


@pytest.mark.parametrize("name", OF_THE_PORTAL)
def test_an_alarm_on_the_portals_metrics_follows_its_cause_in_every_area(
    alarms: dict[str, list[Alarm]],
    name: str,
    module_tables: Tables,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for alarm in alarms[name]:
        for area in areas(alarm):
            monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Portal/test")
            monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", area)
            module_tables.clear()
            capsys.readouterr()
            OF_THE_PORTAL[name](Place(module_tables, monkeypatch))
            printed = capsys.readouterr().out
            follows(alarm, emitted(printed), [])


def emitted(printed: str) -> Period:
    """What CloudWatch makes of the printed lines."""
    return [d for line in printed.splitlines() for d in embedded_metrics(Line("g", "s", 0, line))]


def areas(alarm: Alarm) -> list[str]:
    """The areas whose Lambdas can raise it."""
    entries = [
        entry["MetricStat"]["Metric"] for entry in alarm.get("Metrics", []) if "MetricStat" in entry
    ]
    return [dimensions(metric)["service"] for metric in entries or [alarm]]


def follows(alarm: Alarm, trouble: Period, calm: Period) -> None:
    """Assert that it is raised when it should be, not earlier, and cleared afterwards."""
    needed, window = int(alarm["DatapointsToAlarm"]), int(alarm["EvaluationPeriods"])
    quiet = [calm] * window
    name = alarm["AlarmName"]
    assert state(alarm, quiet) == "OK", name
    assert state(alarm, [*quiet, *[trouble] * (needed - 1)]) == "OK", name
    assert state(alarm, [*quiet, *[trouble] * needed]) == "ALARM", name
    assert state(alarm, [trouble, *quiet]) == "OK", name


def test_the_composite_alarm_names_exactly_the_alarms_that_page(
    monitoring: Template, alarms: dict[str, list[Alarm]]
) -> None:
    (composite,) = monitoring.of("AWS::CloudWatch::CompositeAlarm").values()
    properties = composite["Properties"]
    assert properties["AlarmName"] == f"{PREFIX}{COMPOSITE}"
    paging = [alarm["AlarmName"] for name in PAGES for alarm in alarms[name]]
    assert properties["AlarmRule"] == " OR ".join(f'ALARM("{name}")' for name in paging)
    # CloudFormation sees no reference in a text.
    assert len(composite["DependsOn"]) == len(paging)
    assert properties["AlarmActions"] == properties["OKActions"]
    notified = {str(alarm["AlarmActions"]) for found in alarms.values() for alarm in found}
    assert str(properties["AlarmActions"]) not in notified
