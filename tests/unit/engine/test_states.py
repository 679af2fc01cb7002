"""The table of moves: what the code runs on, and what the docs print."""

from __future__ import annotations

from pathlib import Path

import pytest
from portal.engine.states import ENDINGS, MOVES, IllegalMove, Move, Status, after

from tests.fakes.workflow import toy_job

PAGE = Path(__file__).parents[3] / "docs" / "engine.md"


def test_the_page_prints_the_table() -> None:
    rows = [
        f"| {', '.join(row.sources)} | {row.move} | {row.target or 'the same'} | {row.when} |"
        for row in MOVES
    ]
    assert "\n".join(rows) in PAGE.read_text(encoding="utf-8")


def test_every_pair_leads_to_one_status() -> None:
    pairs = [(row.move, source) for row in MOVES for source in row.sources]
    assert len(pairs) == len(set(pairs))


def test_nothing_but_a_restart_leaves_an_ending() -> None:
    leaving = {row.move for row in MOVES if ENDINGS.intersection(row.sources)}
    assert leaving == {Move.RESTART}


def test_what_has_succeeded_stays_so() -> None:
    for move in Move:
        with pytest.raises(IllegalMove):
            after(Status.SUCCEEDED, move)


def test_every_status_can_be_reached_and_every_other_can_be_left() -> None:
    leads = {pair for row in MOVES for pair in row.leads()}
    assert {target for _, target in leads} == set(Status)
    assert {source for source, _ in leads} == set(Status) - {Status.SUCCEEDED}


def test_a_job_refuses_a_move_that_the_table_has_not() -> None:
    with pytest.raises(IllegalMove, match="a job that is queued cannot succeed"):
        toy_job().moved(Move.SUCCEED)
