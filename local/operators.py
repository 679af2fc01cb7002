"""The users of the local org who press the button, one for each language of its screens."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Operator:
    """A user with the permission sets of operators and nothing else; `locale` is Salesforce's."""

    username: str
    locale: str


OPERATORS = {
    "en": Operator("operator@portal.example", "en_US"),
    "ja": Operator("tantou@portal.example", "ja"),
}
"""By language, as pages name it."""
