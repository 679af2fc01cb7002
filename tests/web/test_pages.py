"""Each state of the customers' pages in a real Chromium, with a faked API."""

from __future__ import annotations

from tests.web.browser import passes


def test_each_state_of_the_pages() -> None:
    assert passes("pages", {})
