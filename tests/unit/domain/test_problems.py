"""Problem types and problem documents."""

from __future__ import annotations

from portal.domain import problems
from portal.domain.problems import FieldError, Problem, all_problem_types


def test_problem_types_are_told_apart() -> None:
    found = [value for value in vars(problems).values() if isinstance(value, problems.ProblemType)]
    assert len({problem.slug for problem in found}) == len(found) == len(all_problem_types())
    for problem in found:
        assert problem.uri == f"{problems.TYPE_BASE}{problem.slug}"
        assert 400 <= problem.status < 600


def test_a_problem_document_has_only_members_that_apply() -> None:
    bare = Problem(problems.CONFLICT, "No.").as_json(instance="i")
    assert set(bare) == {"type", "title", "status", "detail", "instance"}
    full = Problem(
        problems.CONFLICT, "No.", (FieldError("bad", pointer="/a"),), extensions={"state": "x"}
    ).as_json(instance="i")
    assert (full["errors"], full["state"]) == ([{"pointer": "/a", "detail": "bad"}], "x")
