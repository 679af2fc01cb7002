"""The base classes of request and response models, whose JSON names are in camelCase.

A function has more models than one of its endpoints uses, so each is built on first use.
"""

from __future__ import annotations

from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, WithJsonSchema
from pydantic.alias_generators import to_camel

ItemT = TypeVar("ItemT")


def known_values(*values: str) -> Any:
    """A text whose usual values the document lists; another system may hold others.

    An answer with a value of its own is better than no answer, so only the document is closed.
    """
    return WithJsonSchema({"type": "string", "enum": list(values)})


BillingCycle = Annotated[
    str,
    known_values(
        "onetime",
        "free",
        "monthly",
        "quarterly",
        "semiannually",
        "annually",
        "biennially",
        "triennially",
        "",
    ),
]


class RequestModel(BaseModel):
    """A request body. Unknown fields are refused, and texts are stripped."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        # The documented names only: a second spelling would be a second, undocumented API.
        validate_by_name=False,
        validate_by_alias=True,
        extra="forbid",
        frozen=True,
        defer_build=True,
        str_strip_whitespace=True,
    )


class ResponseModel(BaseModel):
    """A body of the API's answers."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, frozen=True, defer_build=True
    )


class Page(ResponseModel, Generic[ItemT]):
    """A list: `{items, nextCursor?}`."""

    items: list[ItemT]
    next_cursor: str | None = None
