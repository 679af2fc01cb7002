"""Metric math: as CloudWatch evaluates it, for what the portal's alarms use of it."""

from __future__ import annotations

import pytest

from local.front.metric_math import NotUnderstood, evaluate

VALUES = {"a": 2.0, "b": 8.0, "silent": None}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("FILL(a, 0) + FILL(silent, 0)", 2.0),
        ("MAX([FILL(a, 0), FILL(b, 0), silent])", 8.0),
        ("MIN([a, b])", 2.0),
        ("IF(b >= 5, 100 * a / b, 0)", 25.0),
        ("IF(a >= 5, 100 * a / b, 0)", 0.0),
        ("IF(silent >= 5, 1, 0)", None),
        ("a + silent", None),
        ("a / (b - 8)", None),
        ("MAX([silent])", None),
        ("a < b", 1.0),
    ],
)
def test_expressions_have_the_value_that_cloudwatch_gives_them(
    expression: str, value: float | None
) -> None:
    assert evaluate(expression, VALUES) == value


@pytest.mark.parametrize("expression", ["ANOMALY(a)", "other", "a +", "a.b", "RATE(METRICS())"])
def test_what_is_not_understood_is_said(expression: str) -> None:
    with pytest.raises(NotUnderstood):
        evaluate(expression, VALUES)
