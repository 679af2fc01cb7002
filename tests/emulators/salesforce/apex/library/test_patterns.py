"""Pattern and Matcher."""

from __future__ import annotations

from typing import Any

import pytest

from local.emulators.salesforce.apex.errors import Unsupported
from tests.emulators.salesforce.apex.running import Apex


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return Pattern.compile('[A-Z0-9|:/._-]+').matcher('A|1').matches();", True),
        ("return Pattern.compile('[a-z]+').matcher('abc1').matches();", False),
        ("return Pattern.matches('a.c', 'abc');", True),
        (("Matcher m = Pattern.compile('(a)(b)?').matcher('xab'); "
         "return m.find() ? m.group(1) + m.group(2) : '';"), "ab"),
        (("Matcher m = Pattern.compile('a').matcher('aa'); "
         "return m.find() && m.find() && !m.find();"), True),
    ],
)  # fmt: skip
def test_methods(apex: Apex, body: str, expected: Any) -> None:
    assert apex.run(body) == expected


@pytest.mark.parametrize("pattern", ["\\\\d+", "\\\\p{L}", "[a&&[b]]", "[a[b]]"])
def test_what_java_and_python_read_differently(apex: Apex, pattern: str) -> None:
    with pytest.raises(Unsupported, match="regular expression"):
        apex.value(f"Pattern.compile('{pattern}')")
