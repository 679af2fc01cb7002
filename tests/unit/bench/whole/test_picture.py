"""The bar chart of the whole path."""

from __future__ import annotations

import re
from xml.dom import minidom

from bench.whole.picture import bars


def test_bars_are_ordered_and_those_over_their_limit_are_marked() -> None:
    drawn = bars([("a & b", 2.0, 5.0), ("slow", 7.5, 5.0)])
    minidom.parseString(drawn)  # noqa: S318  # our own text
    assert re.findall(r'text-anchor="end">([^<]+)<', drawn) == ["slow", "a &amp; b"]
    assert re.findall(r'<rect class="(\w+)"', drawn) == ["over", "bar"]
    assert ">5 ms<" in drawn
