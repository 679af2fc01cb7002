"""Every obstacle has a sentence, and each action one rule."""

from __future__ import annotations

from portal.domain.line_actions import DETAILS, Obstacle


def test_every_obstacle_is_explained_to_the_customer() -> None:
    assert set(DETAILS) == set(Obstacle)
    assert all(text.endswith(".") for text in DETAILS.values())
