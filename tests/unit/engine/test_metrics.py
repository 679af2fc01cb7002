"""What the engine counts of a job, by its kind and its end."""

from __future__ import annotations

import json

import pytest
from portal.engine.metrics import JobMetrics, MetricsByKind
from portal.engine.model import Job, LastError
from portal.engine.states import Status

from tests.fakes.workflow import TOY, toy_job

Out = pytest.CaptureFixture[str]


def counted(capfd: Out) -> dict[str, dict[str, object]]:
    """Metrics by name."""
    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines() if "_aws" in line]
    return {line["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Name"]: line for line in lines}


def ended(code: str) -> Job:
    error = LastError(code=code, message="", step="a", at=1.0)
    return toy_job(status=Status.FAILED, last_error=error, finished_at=3.0)


def test_what_needs_no_operator_is_counted_apart(capfd: Out) -> None:
    metrics = JobMetrics("Toy", {"broken", "no-money"}, declined={"no-money"})
    metrics.finished(toy_job(status=Status.SUCCEEDED))
    assert {"ToySucceeded", "ToyDuration"} <= set(counted(capfd))
    metrics.finished(ended("broken"))
    found = counted(capfd)
    assert "ToyFailed" in found
    assert "ToyDeclined" not in found
    metrics.finished(ended("no-money"))
    found = counted(capfd)
    assert "ToyDeclined" in found
    assert "ToyFailed" not in found
    assert found["ToyFailureCode"]["code"] == "no-money"


def test_every_kind_has_metrics_of_its_own(capfd: Out) -> None:
    both = MetricsByKind({TOY: JobMetrics("Toy", ()), "other": JobMetrics("Other", ())})
    both.finished(toy_job(status=Status.SUCCEEDED))
    both.finished(toy_job(id="other#1", kind="other", status=Status.SUCCEEDED))
    both.retrying(toy_job(), "any", 1.0)
    both.step_finished(toy_job(), "a", 1.0)
    found = counted(capfd)
    assert {"ToySucceeded", "OtherSucceeded", "ToyRetries", "StepLatency"} <= set(found)
    assert found["ToyRetries"]["code"] == "other"
