"""Addresses of the API's own resources, for the header `Location`."""

from __future__ import annotations

BASE = "/api"
"""The path under which the API is reached, on its own domain and on that of the pages."""


def location(path: str) -> str:
    """The public path of a resource; `path` is as in the OpenAPI document."""
    return BASE + path
