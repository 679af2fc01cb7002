"""Makes the brand's colour legible on light and dark backgrounds.

It follows the same rule as the customers' pages (`web/src/ui/brand.ts`): the colour is mixed with
black or white until its contrast reaches that of WCAG 2.2, 1.4.3.
"""

from __future__ import annotations

from dataclasses import dataclass

LIGHT_GROUND = "#ffffff"
DARK_GROUND = "#18232b"
CONTRAST = 4.5
MARGIN = 1.15
"""The factor above the needed contrast, because tints of the colour lie under its text."""
STEPS = 20


@dataclass(frozen=True)
class BrandColours:
    """The colour for each background as `#rrggbb`. Text on it has the background's colour."""

    light: str
    dark: str


def brand_colours(colour: str) -> BrandColours:
    """Return the legible colours nearest to `colour` (`#rrggbb`)."""
    return BrandColours(
        light=_legible(colour, LIGHT_GROUND, "#000000"),
        dark=_legible(colour, DARK_GROUND, "#ffffff"),
    )


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2.2 between two colours, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _legible(colour: str, ground: str, towards: str) -> str:
    for step in range(STEPS):
        mixed = _mix(colour, towards, step / STEPS)
        if contrast(mixed, ground) >= CONTRAST * MARGIN:
            return mixed
    return towards


def _mix(colour: str, other: str, share: float) -> str:
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in pairs)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(value / 255) for value in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    # WCAG 2.2, definition of relative luminance.
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004


def _channels(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue
