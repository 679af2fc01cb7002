"""Strict reading of bodies and queries.

Documented ("Error handling"): an unknown parameter, an empty one, a wrong type, a wrong format and
a value outside the enum are all errors; unparseable JSON is `malformed`. The messages and the
property error codes other than `propertyRequired` are the emulator's.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from local.emulators.gigs.errors import ApiError, invalid, property_detail

MAX_METADATA_KEYS = 10
MAX_METADATA_KEY = 40
MAX_METADATA_VALUE = 255
EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
PROPERTY_CODES = {"missing": "propertyRequired", "extra_forbidden": "propertyUnknown"}

InputT = TypeVar("InputT", bound=BaseModel)


class Input(BaseModel):
    """The base of every request. Unknown members and other types are refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Query(BaseModel):
    """The base of every query. Unknown parameters are refused, and texts become numbers."""

    model_config = ConfigDict(extra="forbid")


def _metadata(value: dict[str, str | None]) -> dict[str, str | None]:
    if len(value) > MAX_METADATA_KEYS:
        msg = f"at most {MAX_METADATA_KEYS} keys"
        raise ValueError(msg)
    for key, text in value.items():
        if key.startswith("gigs.com"):
            msg = "keys that start with gigs.com are reserved"
            raise ValueError(msg)
        if not 0 < len(key) <= MAX_METADATA_KEY or len(text or "") > MAX_METADATA_VALUE:
            msg = f"keys up to {MAX_METADATA_KEY}, values up to {MAX_METADATA_VALUE} characters"
            raise ValueError(msg)
    return value


def _email(value: str) -> str:
    if EMAIL.fullmatch(value) is None:
        msg = "not an e-mail address"
        raise ValueError(msg)
    return value


Text = Annotated[str, Field(min_length=1, max_length=255)]
Email = Annotated[str, Field(max_length=254), AfterValidator(_email)]
Metadata = Annotated[dict[str, str | None], AfterValidator(_metadata)]


def merge_metadata(old: dict[str, str], changes: dict[str, str | None] | None) -> dict[str, str]:
    """Set the given keys and delete those given as null ("Metadata" guide)."""
    merged: dict[str, str | None] = {**old, **(changes or {})}
    return {key: value for key, value in merged.items() if value is not None}


def read_body(raw: bytes, model: type[InputT]) -> InputT:
    """Return the request's JSON object, `{}` without a body. Raises ApiError."""
    try:
        data = json.loads(raw) if raw.strip() else {}
    except ValueError as error:
        msg = "The request body is not valid JSON."
        raise ApiError("malformed", msg) from error
    if not isinstance(data, dict):
        raise invalid("The request body must be a JSON object.")
    return _validate(data, model, "property")


def read_query(items: list[tuple[str, str]], model: type[InputT]) -> InputT:
    """Return the request's query parameters. Raises ApiError."""
    repeated = [name for name, count in Counter(name for name, _ in items).items() if count > 1]
    if repeated:
        raise invalid(f"Parameter {repeated[0]} is given more than once.")
    for name, value in items:
        if not value:
            raise invalid(f"Parameter {name} is empty.")
    return _validate(dict(items), model, "parameter")


def read_choices(value: str | None, allowed: set[str], name: str) -> set[str] | None:
    """Return the values of a comma-separated filter. Raises ApiError for unknown values."""
    if value is None:
        return None
    chosen = set(value.split(","))
    if not chosen <= allowed:
        raise invalid(f"Parameter {name} must be among {', '.join(sorted(allowed))}.")
    return chosen


def _validate(data: dict[str, Any], model: type[InputT], what: str) -> InputT:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        details = [
            property_detail(
                ".".join(map(str, problem["loc"])),
                PROPERTY_CODES.get(problem["type"], "propertyInvalid"),
                problem["msg"],
            )
            for problem in error.errors()
        ]
    missing = [d["property"] for d in details if d["code"] == "propertyRequired"]
    unknown = [d["property"] for d in details if d["code"] == "propertyUnknown"]
    if missing:
        message = "Missing required properties " + " and ".join(f'"{name}"' for name in missing)
    elif unknown:
        message = f'Unknown {what} "{unknown[0]}"'
    else:
        message = f'Invalid value for {what} "{details[0]["property"]}"'
    raise ApiError("invalid", message, details=details)
