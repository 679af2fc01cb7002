"""Pattern and Matcher, for regular expressions that mean the same in Java and Python."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from local.emulators.salesforce.apex.errors import Unsupported
from local.emulators.salesforce.apex.library.registry import PlatformType
from local.emulators.salesforce.apex.values import PlatformObject

if TYPE_CHECKING:
    from local.emulators.salesforce.apex.machine import Machine

PATTERN = PlatformType("Pattern")
MATCHER = PlatformType("Matcher")
# Plain characters, classes without nesting, groups and quantifiers mean the same in both; what
# begins with a backslash does not always (\d, \w and \b know Unicode in Python).
_SHARED = re.compile(r"(?:\\[.\\/|(){}\[\]^$*+?-]|\[\^?[^\[\]\\&]+\]|[^\\\[\]]|\(\?:)*")


class ApexPattern(PlatformObject):
    """A compiled pattern."""

    type_name = "Pattern"

    def __init__(self, expression: re.Pattern[str]) -> None:
        self.expression = expression


class ApexMatcher(PlatformObject):
    """A pattern and the text that it is matched against; `found` is the last match."""

    type_name = "Matcher"

    def __init__(self, expression: re.Pattern[str], text: str) -> None:
        self.expression = expression
        self.text = text
        self.found: re.Match[str] | None = None


def _compiled(text: str) -> re.Pattern[str]:
    if not _SHARED.fullmatch(text):
        raise Unsupported(f"regular expression {text!r}")
    return re.compile(text)


@PATTERN.static("compile(String)")
def _compile(_: Machine, text: str) -> ApexPattern:
    return ApexPattern(_compiled(text))


@PATTERN.static("matches(String, String)")
def _pattern_matches(_: Machine, pattern: str, text: str) -> bool:
    return _compiled(pattern).fullmatch(text) is not None


@PATTERN.method("matcher(String)")
def _matcher(_: Machine, pattern: ApexPattern, text: str) -> ApexMatcher:
    return ApexMatcher(pattern.expression, text)


@MATCHER.method("matches()")
def _matches(_: Machine, matcher: ApexMatcher) -> bool:
    matcher.found = matcher.expression.fullmatch(matcher.text)
    return matcher.found is not None


@MATCHER.method("find()")
def _find(_: Machine, matcher: ApexMatcher) -> bool:
    if matcher.found is not None and matcher.found.end() == matcher.found.start():
        raise Unsupported("Matcher.find() after an empty match")
    start = 0 if matcher.found is None else matcher.found.end()
    matcher.found = matcher.expression.search(matcher.text, start)
    return matcher.found is not None


@MATCHER.method("group(Integer)")
def _group(_: Machine, matcher: ApexMatcher, number: int) -> str | None:
    if matcher.found is None or number > matcher.expression.groups:
        raise Unsupported("Matcher.group() without a match")
    return matcher.found.group(number)
