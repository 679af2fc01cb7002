"""Annotations are objects once a route is registered."""

from __future__ import annotations

import functools
from typing import Annotated

from aws_lambda_powertools.event_handler import Request
from aws_lambda_powertools.event_handler.depends import Depends
from portal.api.app import App

from tests.events import call, rest_event


def path_of(request: Request) -> str:
    return str(request.resolved_event.path)


@functools.cache
def greeting(path: Annotated[str, Depends(path_of)]) -> str:
    return f"hello from {path}"


def test_endpoint_and_everything_it_depends_on_are_evaluated_once() -> None:
    app = App("test")

    @app.get("/greeting")
    def greet(text: Annotated[str, Depends(greeting)]) -> dict[str, str]:
        return {"text": text}

    for function in (greet, greeting, path_of):
        hints = function.__annotations__.values()
        assert hints
        assert not any(isinstance(hint, str) for hint in hints)
    answer = call(app.handler, rest_event("GET", "/greeting"))
    assert answer.json() == {"text": "hello from /greeting"}
