"""A request to the REST API and its answer, free of HTTP, so that composites can nest them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from local.emulators.salesforce.errors import ApiError, not_found

_DATA = "services/data/"
OLDEST, NEWEST = 31, 66


@dataclass(frozen=True, kw_only=True)
class ApiRequest:
    """`segments` are the decoded parts of the path behind the version; header names lower case."""

    method: str
    version: str
    segments: tuple[str, ...]
    query: Mapping[str, str]
    body: Any
    headers: Mapping[str, str]
    user_id: str

    @property
    def data(self) -> dict[str, Any]:
        """The body as an object; raises ApiError for anything else."""
        if not isinstance(self.body, dict):
            raise ApiError(
                "JSON_PARSER_ERROR", "The HTTP entity body is required, but this request has none."
            )
        return self.body


@dataclass(frozen=True)
class Answer:
    """Status, JSON body (None: no body) and headers."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


def parse_url(url: str) -> tuple[str, tuple[str, ...], dict[str, str]]:
    """Version, segments and query of `/services/data/v63.0/…`; raises ApiError (404)."""
    parts = urlsplit(url)
    path = parts.path.lstrip("/")
    if not path.startswith(_DATA):
        raise not_found()
    version, *segments = path.removeprefix(_DATA).rstrip("/").split("/")
    number = version.removeprefix("v")
    known = {f"{n}.0" for n in range(OLDEST, NEWEST + 1)}
    if not version.startswith("v") or number not in known:
        raise not_found()
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    return number, tuple(unquote(segment) for segment in segments), query


def objects(data: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The list of objects under `name`; raises ApiError for anything else."""
    value = data.get(name)
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise ApiError("JSON_PARSER_ERROR", f"{name}: a list of objects is needed")
    return value


def attributes_of(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record's `attributes`, empty when it has none."""
    value = record.get("attributes")
    return value if isinstance(value, dict) else {}


def strings(value: Any, name: str) -> list[str]:
    """A list of strings; raises ApiError for anything else."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ApiError("JSON_PARSER_ERROR", f"{name}: a list of strings is needed")
    return value


def refusal(error: ApiError) -> Answer:
    """An error as an answer of its own."""
    return Answer(error.status, [error.as_entry()])


def method_not_allowed(method: str, *allowed: str) -> ApiError:
    """405 in Salesforce's words."""
    return ApiError(
        "METHOD_NOT_ALLOWED",
        f"HTTP Method '{method}' not allowed. Allowed are {','.join(allowed)}",
        status=405,
    )
