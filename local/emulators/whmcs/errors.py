"""Refusals of the emulated API."""

from __future__ import annotations


class ApiError(Exception):
    """Answered as `{"result":"error","message":…}`; business errors have HTTP status 200."""

    def __init__(self, message: str, *, status: int = 200) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
