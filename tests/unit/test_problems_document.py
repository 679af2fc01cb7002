"""docs/problems.md and the code say the same, both ways."""

from __future__ import annotations

import re
from pathlib import Path

from portal.api.error_texts import SENTENCES
from portal.domain.line_actions import Obstacle
from portal.domain.postal import AddressError
from portal.domain.problems import all_problem_types
from portal.domain.typed_text import TextError

from functions.orders.errors import CartError

DOCUMENT = Path(__file__).parents[2] / "docs" / "problems.md"


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading."""
    text = DOCUMENT.read_text(encoding="utf-8")
    section = re.split(r"^## ", text, flags=re.MULTILINE)
    (found,) = (part for part in section if part.startswith(f"{heading}\n"))
    lines = [line for line in found.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_every_type_has_its_row() -> None:
    documented = [(row[0].strip("` "), int(row[1]), row[2]) for row in rows("Types")]
    in_code = [(t.slug, t.status, t.title) for t in all_problem_types().values()]
    assert sorted(documented) == sorted(in_code)
    assert all(len(row) == 4 and row[3] for row in rows("Types"))


def test_every_code_of_a_cart_has_its_row() -> None:
    assert [row[0].strip("` ") for row in rows("Codes of carts")] == list(CartError)


def test_every_code_of_an_address_has_its_row() -> None:
    assert [row[0].strip("` ") for row in rows("Codes of addresses")] == list(AddressError)


def test_every_obstacle_has_its_row() -> None:
    assert [row[0].strip("` ") for row in rows("Obstacles")] == list(Obstacle)


def test_every_code_of_a_typed_text_has_its_row() -> None:
    assert [row[0].strip("` ") for row in rows("Codes of names and other texts")] == list(TextError)


def test_every_kind_of_malformed_value_has_its_row() -> None:
    documented = [row[0].strip("` ") for row in rows("Codes of malformed values")]
    assert documented == ["not-an-object", *SENTENCES]
