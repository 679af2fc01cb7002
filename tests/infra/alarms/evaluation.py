"""Evaluates an alarm of the template over periods of data, as CloudWatch does.

Of the last `EvaluationPeriods` periods, `DatapointsToAlarm` have to breach the threshold. A period
without data counts as `TreatMissingData` says. Source: CloudWatch user guide, "Using Amazon
CloudWatch alarms", "Evaluating an alarm" and "Configuring how alarms treat missing data".
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from local.front.metric_math import evaluate

Alarm = Mapping[str, Any]
"""The properties of an AWS::CloudWatch::Alarm."""
Datum = tuple[str, Mapping[str, Any]]
"""A namespace, and an entry of PutMetricData."""
Period = Sequence[Datum]

BREACHES: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
}


def state(alarm: Alarm, periods: Sequence[Period]) -> str:
    """Return OK or ALARM after the last of the periods."""
    evaluated = periods[-int(alarm["EvaluationPeriods"]) :]
    breaching = sum(_breaches(alarm, period) for period in evaluated)
    return "ALARM" if breaching >= int(alarm["DatapointsToAlarm"]) else "OK"


def _breaches(alarm: Alarm, period: Period) -> bool:
    value = _value(alarm, period)
    if value is None:
        return str(alarm["TreatMissingData"]) == "breaching"
    return BREACHES[alarm["ComparisonOperator"]](value, float(alarm["Threshold"]))


def _value(alarm: Alarm, period: Period) -> float | None:
    if "MetricName" in alarm:
        statistic = alarm.get("Statistic") or alarm["ExtendedStatistic"]
        return _statistic(alarm, str(statistic), period)
    values = {
        entry["Id"]: _statistic(entry["MetricStat"]["Metric"], entry["MetricStat"]["Stat"], period)
        for entry in alarm["Metrics"]
        if "MetricStat" in entry
    }
    (expression,) = (entry["Expression"] for entry in alarm["Metrics"] if "Expression" in entry)
    return evaluate(expression, values)


def _statistic(metric: Mapping[str, Any], statistic: str, period: Period) -> float | None:
    found = list(_values(metric, period))
    if not found:
        return None
    return sum(found) if statistic == "Sum" else max(found)


def _values(metric: Mapping[str, Any], period: Period) -> Iterator[float]:
    """The values of exactly that metric: CloudWatch does not add up over dimensions."""
    wanted = metric["Namespace"], metric["MetricName"], dimensions(metric)
    for namespace, datum in period:
        if (namespace, datum["MetricName"], dimensions(datum)) == wanted:
            yield from datum.get("Values", [datum.get("Value")])


def dimensions(metric: Mapping[str, Any]) -> dict[str, str]:
    """The dimensions by their names."""
    return {entry["Name"]: entry["Value"] for entry in metric.get("Dimensions", [])}
