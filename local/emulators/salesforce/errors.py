"""Salesforce's errors: a status, a code, a message and the fields concerned.

Top-level answers carry `[{"message", "errorCode", "fields"?}]`; results inside collections and
trees carry `{"statusCode", "message", "fields"}` (REST API Developer Guide, "Status Codes and
Error Responses").
"""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any


class ApiError(Exception):
    """A refusal with Salesforce's text. `fields` is None where Salesforce sends none."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int = HTTPStatus.BAD_REQUEST,
        fields: Sequence[str] | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = int(status)
        self.fields = fields

    def as_entry(self) -> dict[str, Any]:
        """The element of a top-level error array."""
        entry: dict[str, Any] = {"message": self.message, "errorCode": self.code}
        if self.fields is not None:
            entry["fields"] = list(self.fields)
        return entry

    def as_result_error(self) -> dict[str, Any]:
        """The element of `errors` in a collection's or tree's result."""
        return {
            "statusCode": self.code,
            "message": self.message,
            "fields": list(self.fields or ()),
        }


class DmlError(ApiError):
    """A record that cannot be written; always lists `fields`, possibly none."""

    def __init__(self, code: str, message: str, *fields: str, status: int = 400) -> None:
        super().__init__(code, message, status=status, fields=fields)


def not_found(message: str = "The requested resource does not exist") -> ApiError:
    """Return the 404 for an unknown path or record."""
    return ApiError("NOT_FOUND", message, status=HTTPStatus.NOT_FOUND)


def deleted() -> ApiError:
    """Return the error for a record in the recycle bin."""
    return DmlError("ENTITY_IS_DELETED", "entity is deleted", status=HTTPStatus.NOT_FOUND)
