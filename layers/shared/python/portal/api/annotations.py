"""Annotations as objects instead of text.

Powertools asks for the type hints of an endpoint and of its dependencies on every request
(`build_dependency_tree`, `solve_dependencies`), and with `from __future__ import annotations`
each time compiles and evaluates their text: more than half of a small endpoint's time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args, get_type_hints

from aws_lambda_powertools.event_handler.depends import Depends


def evaluate_annotations(function: Callable[..., Any]) -> None:
    """Evaluate them once, for a function and for what it depends on."""
    hints = get_type_hints(function, include_extras=True)
    function.__annotations__ = hints
    for hint in hints.values():
        for part in get_args(hint):
            if isinstance(part, Depends):
                evaluate_annotations(part.dependency)
