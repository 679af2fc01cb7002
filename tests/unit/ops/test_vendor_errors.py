"""docs/vendor-errors.md and the tables that the adapters run on say the same, both ways."""

from __future__ import annotations

import pytest
from portal.domain.problems import all_problem_types
from portal.domain.provisioning_errors import REASONS
from portal.vendor_errors.model import Kind, Row, rows, table

from ops.vendor_errors import ANSWERS, PAGE, SECTIONS, Section, seen, tables

EVERY = [(section, row) for section in SECTIONS for row in section.rows]


def test_the_page_shows_the_tables_and_nothing_else() -> None:
    # To renew them: python -m ops.vendor_errors
    text = PAGE.read_text(encoding="utf-8")
    head, found, rest = text.partition(f"## {SECTIONS[0].title}\n")
    assert found + rest == tables()
    assert all(f"\n| {kind.value} | " in head for kind in Kind)


@pytest.mark.parametrize(("section", "row"), EVERY)
def test_every_row_has_its_reason_and_source(section: Section, row: Row) -> None:
    assert row.reason.endswith((".", ")"))
    assert row.source
    assert "|" not in row.code + row.reason + row.source
    shown = seen(section, row)
    assert shown.customer
    assert shown.operator


def test_codes_on_orders_are_explained() -> None:
    named = {
        word for section, row in EVERY for word in seen(section, row).operator.split("`")[1::2]
    }
    assert named
    assert named - set(REASONS) == set()


def test_answers_name_problems_that_exist() -> None:
    slugs = {found.slug for found in all_problem_types().values()}
    for text in ANSWERS.values():
        for word in text.replace(",", " ").replace(".", " ").split():
            if "-" in word:
                assert word in slugs
    assert set(ANSWERS) <= {row.code for _, row in EVERY}


def test_a_code_stands_in_one_row() -> None:
    with pytest.raises(ValueError, match="twice"):
        table(rows(Kind.REFUSED, "s", {"A": "r."}), rows(Kind.UNAVAILABLE, "s", {"A": "r."}))
