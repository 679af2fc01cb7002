"""Reads alarms and dashboard of the running stack from CloudWatch.

Both were deployed from the synthesised template. The fix-ups let each alarm watch a copy of its
metric, whose name holds metric, statistic and dimensions (`fixups.one_metric_per_alarm`); here the
original metric is read. Alarms that ministack cannot hold are found in the template and computed
here: those on metric math from their metrics, composite alarms from the states of the others.
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3

from local.context import StackContext
from local.front.metric_math import NotUnderstood, evaluate

SEPARATOR = "|"
QUERIES_PER_CALL = 200
SPAN = timedelta(hours=1)
CHART_PERIOD = 60
ALARM_TYPES = frozenset({"AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"})
COMPARISONS = {
    "GreaterThanOrEqualToThreshold": "≥",
    "GreaterThanThreshold": ">",
    "LessThanThreshold": "<",
    "LessThanOrEqualToThreshold": "≤",
}
REACHED: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
COMBINE: dict[str, Callable[[Sequence[float]], float]] = {"Sum": sum, "Minimum": min}
"""Statistic → how the values of one period are merged; the largest counts for the others."""
_IN_ALARM = re.compile(r'ALARM\("([^"]+)"\)')
_ANY_OF = re.compile(rf"{_IN_ALARM.pattern}( OR {_IN_ALARM.pattern})*")
_RUNBOOK = re.compile(r"\s*Runbook: \S*?([a-z0-9-]+)\.md\S*\s*$")


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One metric with its statistic; `dimensions` as CloudWatch's API takes them."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    statistic: str
    period: int
    label: str


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """One alarm. `state` is OK, ALARM, or None where ministack cannot evaluate it.

    `rule` is the condition for the state ALARM, `value` the latest value of the metric (None: no
    data), `since` the time of the last change as ISO 8601, `runbook` the name of its runbook.
    """

    name: str
    says: str
    runbook: str | None
    state: str | None
    rule: str
    value: float | None
    since: str | None


@dataclass(frozen=True, kw_only=True)
class Maths:
    """The expression of an alarm on metric math, over metrics that it names by their labels."""

    expression: str
    label: str
    inputs: tuple[Metric, ...]
    comparison: str
    threshold: float


@dataclass(frozen=True, kw_only=True)
class Definition:
    """An alarm of the templates without a state, and what computes it: `maths` or `rule`."""

    alarm: Alarm
    maths: Maths | None
    rule: str | None


@dataclass(frozen=True, kw_only=True)
class Series:
    """The values of one metric; `values` are (minutes before now, value), oldest first."""

    label: str
    values: tuple[tuple[float, float], ...]


@dataclass(frozen=True, kw_only=True)
class Widget:
    """One chart of the dashboard. `left_out` counts its metrics that are math expressions."""

    title: str
    wide: bool
    series: tuple[Series, ...]
    left_out: int


@dataclass(frozen=True, kw_only=True)
class Board:
    """Alarms (those in the state ALARM first) and charts at one moment."""

    alarms: tuple[Alarm, ...]
    widgets: tuple[Widget, ...]

    @property
    def raised(self) -> list[Alarm]:
        """The alarms in the state ALARM."""
        return [alarm for alarm in self.alarms if alarm.state == "ALARM"]


def aws_client(context: StackContext, service: str) -> Any:
    """Return a client for a service of the stack that ignores the machine's AWS configuration."""
    session: Any = boto3.session.Session(
        aws_access_key_id=context.aws_account,
        aws_secret_access_key="test",
        region_name=context.region,
    )
    return session.client(service, endpoint_url=context.aws_endpoint)


class Monitoring:
    """Reads a `Board`; `cloudwatch` makes the client at the first read."""

    def __init__(self, cloudwatch: Callable[[], Any], assembly: Path) -> None:
        self._make = cloudwatch
        self._assembly = assembly
        self._client: Any = None
        self._computed: dict[str, tuple[str, str]] = {}

    def read(self) -> Board:
        """Return alarms and charts of now. Raises botocore's errors when AWS does not answer."""
        if self._client is None:
            self._client = self._make()
        now = datetime.now(UTC)
        alarms = list(self._alarms(now))
        alarms += self._of_template(alarms, now)
        alarms.sort(key=lambda alarm: (alarm.state != "ALARM", alarm.state is None, alarm.name))
        return Board(alarms=tuple(alarms), widgets=tuple(self._widgets(now)))

    def _alarms(self, now: datetime) -> Iterator[Alarm]:
        found = [
            alarm
            for page in self._client.get_paginator("describe_alarms").paginate()
            for alarm in page["MetricAlarms"]
        ]
        watched = [_watched(alarm) for alarm in found]
        latest = self._latest(watched, now)
        for alarm, metric in zip(found, watched, strict=True):
            says, runbook = split_description(alarm.get("AlarmDescription", ""))
            comparison = COMPARISONS.get(alarm["ComparisonOperator"], alarm["ComparisonOperator"])
            yield Alarm(
                name=alarm["AlarmName"],
                says=says,
                runbook=runbook,
                state=alarm["StateValue"] if alarm["StateValue"] in {"OK", "ALARM"} else None,
                rule=f"{metric.statistic} of {metric.name} {comparison} {alarm['Threshold']:g} "
                f"in {metric.period} s",
                value=latest.get(metric),
                since=alarm["StateUpdatedTimestamp"].isoformat(),
            )

    def _latest(self, metrics: Sequence[Metric], now: datetime) -> dict[Metric, float]:
        """Return the newest value of each metric that has data in its last period."""
        found: dict[Metric, float] = {}
        for period in sorted({metric.period for metric in metrics}):
            same = [metric for metric in metrics if metric.period == period]
            data = self._data(same, now - timedelta(seconds=period), now)
            for metric, (_, values) in zip(same, data, strict=True):
                if values:
                    found[metric] = values[-1]
        return found

    def _of_template(self, known: Sequence[Alarm], now: datetime) -> Iterator[Alarm]:
        """Yield the alarms of the synthesised templates that are not known, computed if possible.

        Composite alarms come last, because they follow from the states of the others.
        """
        found = list(self._defined())
        values = self._combined([m for d in found if d.maths for m in d.maths.inputs], now)
        states = {alarm.name: alarm.state for alarm in known}
        for definition in sorted(found, key=lambda each: each.rule is not None):
            alarm = definition.alarm
            if alarm.name in states:
                continue
            if definition.maths is not None:
                alarm = self._compute(alarm, definition.maths, values, now)
            elif definition.rule is not None:
                alarm = self._combine(alarm, definition.rule, states, now)
            states[alarm.name] = alarm.state
            yield alarm

    def _defined(self) -> Iterator[Definition]:
        """Yield the templates' alarms, each with what computes it."""
        for template in sorted(self._assembly.glob("*.template.json")):
            for resource in json.loads(template.read_text(encoding="utf-8"))["Resources"].values():
                if resource["Type"] not in ALARM_TYPES:
                    continue
                properties = resource["Properties"]
                says, runbook = split_description(str(properties.get("AlarmDescription", "")))
                alarm = Alarm(
                    name=str(properties["AlarmName"]),
                    says=says,
                    runbook=runbook,
                    state=None,
                    rule="metric math" if "Metrics" in properties else "composite alarm",
                    value=None,
                    since=None,
                )
                rule = properties.get("AlarmRule")
                yield Definition(
                    alarm=alarm,
                    maths=_maths(properties),
                    rule=rule if isinstance(rule, str) else None,
                )

    def _combine(
        self, alarm: Alarm, rule: str, states: Mapping[str, str | None], now: datetime
    ) -> Alarm:
        """Return a composite alarm with its state, or as it is when its rule has another form."""
        if not _ANY_OF.fullmatch(rule):
            return alarm
        watched = _IN_ALARM.findall(rule)
        raised = [name for name in watched if states.get(name) == "ALARM"]
        state = "ALARM" if raised else "OK"
        return replace(
            alarm,
            state=state,
            rule="because of " + ", ".join(raised) if raised else f"any of {len(watched)} alarms",
            value=float(len(raised)),
            since=self._since(alarm.name, state, now),
        )

    def _compute(
        self, alarm: Alarm, maths: Maths, values: Mapping[Metric, float], now: datetime
    ) -> Alarm:
        """Return the alarm with its state, or as it is when its expression is not understood."""
        try:
            value = evaluate(maths.expression, {m.label: values.get(m) for m in maths.inputs})
        except NotUnderstood:
            return alarm
        reached = value is not None and REACHED[maths.comparison](value, maths.threshold)
        state = "ALARM" if reached else "OK"
        return replace(
            alarm,
            state=state,
            rule=f"{maths.label} {COMPARISONS[maths.comparison]} {maths.threshold:g}",
            value=value,
            since=self._since(alarm.name, state, now),
        )

    def _combined(self, metrics: Sequence[Metric], now: datetime) -> dict[Metric, float]:
        """Return the statistic over the last period of each metric that has data in it."""
        found: dict[Metric, float] = {}
        for period in sorted({metric.period for metric in metrics}):
            same = [metric for metric in dict.fromkeys(metrics) if metric.period == period]
            data = self._data(same, now - timedelta(seconds=period), now)
            for metric, (_, values) in zip(same, data, strict=True):
                if values:
                    found[metric] = COMBINE.get(metric.statistic, max)(values)
        return found

    def _since(self, name: str, state: str, now: datetime) -> str:
        """Return when the state was first seen: nothing else keeps it."""
        known = self._computed.get(name)
        if known is None or known[0] != state:
            known = self._computed[name] = (state, now.isoformat())
        return known[1]

    def _widgets(self, now: datetime) -> Iterator[Widget]:
        for entry in self._client.list_dashboards()["DashboardEntries"]:
            answer = self._client.get_dashboard(DashboardName=entry["DashboardName"])
            for widget in json.loads(answer["DashboardBody"])["widgets"]:
                if widget["type"] != "metric":
                    continue
                yield self._widget(widget, now)

    def _widget(self, widget: dict[str, Any], now: datetime) -> Widget:
        properties = widget["properties"]
        given = properties.get("metrics", [])
        metrics = [metric for row in given if (metric := _chart_metric(row)) is not None]
        series = [
            Series(label=metric.label, values=_ago(times, values, now))
            for metric, (times, values) in zip(
                metrics, self._data(metrics, now - SPAN, now), strict=True
            )
        ]
        return Widget(
            title=properties.get("title", ""),
            wide=widget.get("width", 0) > 12,  # noqa: PLR2004  # half of the dashboard's columns
            series=tuple(series),
            left_out=len(given) - len(metrics),
        )

    def _data(
        self, metrics: Sequence[Metric], since: datetime, now: datetime
    ) -> Iterator[tuple[list[datetime], list[float]]]:
        for start in range(0, len(metrics), QUERIES_PER_CALL):
            asked = metrics[start : start + QUERIES_PER_CALL]
            answer = self._client.get_metric_data(
                MetricDataQueries=[_query(f"m{n}", metric) for n, metric in enumerate(asked)],
                StartTime=since,
                EndTime=now + timedelta(seconds=1),
                ScanBy="TimestampAscending",
            )
            results = {result["Id"]: result for result in answer["MetricDataResults"]}
            for number in range(len(asked)):
                result = results[f"m{number}"]
                pairs = sorted(zip(result["Timestamps"], result["Values"], strict=True))
                yield [at for at, _ in pairs], [value for _, value in pairs]


def split_description(description: str) -> tuple[str, str | None]:
    """Return an alarm's sentence and the name of its runbook (None when it names none)."""
    match = _RUNBOOK.search(description)
    if match is None:
        return description, None
    return description[: match.start()], match.group(1)


def _maths(properties: Mapping[str, Any]) -> Maths | None:
    """Return the metric math of an alarm.

    None when it has none, or refers to a name that only a deployment knows.
    """
    entries = properties.get("Metrics", [])
    shown = next((entry for entry in entries if "Expression" in entry), None)
    if shown is None:
        return None
    inputs = [_input(entry) for entry in entries if entry is not shown]
    if not all(isinstance(value, str) for metric in inputs for _, value in metric.dimensions):
        return None
    return Maths(
        expression=shown["Expression"],
        label=shown.get("Label", "metric math"),
        inputs=tuple(inputs),
        comparison=properties["ComparisonOperator"],
        threshold=float(properties["Threshold"]),
    )


def _input(entry: Mapping[str, Any]) -> Metric:
    """Return a metric of an expression; its label is its name there."""
    stat = entry["MetricStat"]
    metric = stat["Metric"]
    return Metric(
        namespace=metric["Namespace"],
        name=metric["MetricName"],
        dimensions=tuple((d["Name"], d["Value"]) for d in metric.get("Dimensions", [])),
        statistic=stat["Stat"],
        period=stat["Period"],
        label=entry["Id"],
    )


def _watched(alarm: dict[str, Any]) -> Metric:
    """Return the metric whose copy the alarm watches."""
    name, _, rest = alarm["MetricName"].partition(SEPARATOR)
    statistic = rest.partition(SEPARATOR)[0] or alarm.get("Statistic", "Maximum")
    return Metric(
        namespace=alarm["Namespace"],
        name=name,
        dimensions=tuple((d["Name"], d["Value"]) for d in alarm.get("Dimensions", [])),
        statistic=statistic,
        period=alarm["Period"],
        label=alarm["AlarmName"],
    )


def _chart_metric(row: list[Any]) -> Metric | None:
    """Return a widget's metric, `[namespace, name, dimension, value, …, options]`, or None."""
    options: dict[str, Any] = row[-1] if isinstance(row[-1], dict) else {}
    words = [word for word in row if isinstance(word, str)]
    if len(words) < 2 or "expression" in options:  # noqa: PLR2004  # namespace and name
        return None
    namespace, name, *rest = words
    dimensions = tuple(zip(rest[::2], rest[1::2], strict=True))
    statistic = options.get("stat", "Average")
    label = options.get("label") or " ".join([name, *(value for _, value in dimensions[:1])])
    return Metric(
        namespace=namespace,
        name=name,
        dimensions=dimensions,
        statistic=statistic,
        period=CHART_PERIOD,
        label=f"{label} {statistic}" if statistic.startswith("p") else label,
    )


def _query(identifier: str, metric: Metric) -> dict[str, Any]:
    return {
        "Id": identifier,
        "MetricStat": {
            "Metric": {
                "Namespace": metric.namespace,
                "MetricName": metric.name,
                "Dimensions": [{"Name": n, "Value": v} for n, v in metric.dimensions],
            },
            "Period": metric.period,
            "Stat": metric.statistic,
        },
    }


def _ago(
    times: Sequence[datetime], values: Sequence[float], now: datetime
) -> tuple[tuple[float, float], ...]:
    return tuple(
        ((now - at).total_seconds() / 60, value) for at, value in zip(times, values, strict=True)
    )
