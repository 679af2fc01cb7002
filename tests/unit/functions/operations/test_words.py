"""What customers read about an operation, as text and as codes that pages translate."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from portal.domain.operation_errors import REISSUE, TOPUP, UNDER_WAY
from portal.domain.provisioning_errors import Reason
from portal.engine.model import LastError

from functions.operations.kinds import WORDS
from functions.operations.models import FailureCode, NextCode, OperationView
from functions.operations.view import operation_view
from functions.operations.words import NEXT
from tests.unit.functions.operations.reissue_world import ReissueWorld

PAGE = Path(__file__).parents[4] / "docs" / "customer-operations.md"


def view(world: ReissueWorld, code: str | None = None) -> OperationView:
    """The operation now, as if its last error had been another one."""
    job = world.job()
    if code is not None:
        job = replace(job, last_error=LastError(code=code, message="", step="reissue", at=0.0))
    return operation_view(job, WORDS[job.kind])


def reasons() -> list[Reason]:
    return [*TOPUP.values(), *REISSUE.values()]


def test_every_reason_has_a_code_of_the_api_and_every_code_a_reason() -> None:
    assert {reason.told for reason in reasons()} == set(get_args(FailureCode))


def test_one_code_is_one_text() -> None:
    pairs = {
        (reason.told, reason.customer)
        for reasons in (TOPUP, REISSUE)
        for reason in reasons.values()
    }
    assert len(pairs) == len(get_args(FailureCode))


def test_every_next_code_has_a_text() -> None:
    assert {*NEXT, "works", "done"} == set(get_args(NextCode))


def test_the_page_lists_the_steps() -> None:
    """The texts of web/ are compared with the page."""
    table = PAGE.read_text(encoding="utf-8").partition("## Steps")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| `")]
    assert rows == [
        [f"`{kind}.{step}`", label]
        for kind, words in WORDS.items()
        for step, label in words.steps.items()
    ]


def test_the_provider_at_work_is_no_trouble() -> None:
    world = ReissueWorld()
    world.ask()
    assert view(world).next == "begins"
    world.esim.looks_needed = 2
    world.work()
    assert (view(world).next, view(world).status) == ("works", "running")
    assert {view(world, code).next for code in UNDER_WAY} == {"works"}
    assert view(world, "whmcs-unavailable").next == "waits"
    world.settle()
    assert (view(world).next, view(world).failure) == ("done", None)


@pytest.mark.parametrize(
    ("missing", "reason", "made_good"),
    [(False, "not-replaced", None), (True, "looking-into-it", "esim-ready")],
)
def test_a_failure_in_codes(missing: bool, reason: str, made_good: str | None) -> None:
    world = ReissueWorld()
    world.notes.missing, world.esim.ends_it = missing, not missing
    world.ask()
    world.settle()
    failure = view(world).failure
    assert failure is not None
    assert (failure.reason, failure.made_good, failure.credited) == (reason, made_good, None)
