"""The brand's colour on light and dark ground, as the customers' pages make it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.email.colours import (
    CONTRAST,
    DARK_GROUND,
    LIGHT_GROUND,
    brand_colours,
    contrast,
)

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(COLOURS)
def test_every_colour_can_be_read(colour: str) -> None:
    made = brand_colours(colour)
    assert contrast(made.light, LIGHT_GROUND) >= CONTRAST
    assert contrast(made.dark, DARK_GROUND) >= CONTRAST


@pytest.mark.parametrize(
    ("colour", "light", "dark"),
    [("#0b5d7a", "#0b5d7a", None), ("#7cc7e0", None, "#7cc7e0"), ("#ffffff", None, "#ffffff")],
)
def test_a_colour_that_can_be_read_is_kept(
    colour: str, light: str | None, dark: str | None
) -> None:
    made = brand_colours(colour)
    assert light is None or made.light == light
    assert dark is None or made.dark == dark


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == 21
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
