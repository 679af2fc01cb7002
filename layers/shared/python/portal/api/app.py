"""The HTTP part that all endpoints share: routing, problems, correlation, headers and CORS.

Each endpoint has a module and a Lambda of its own:

    app = App("orders")

    @app.post("/orders", status=201, signed_in=True)
    def create_order(body: OrderRequest, user: CurrentUser, deps: Annotated[Deps, Depends(build)]):
        ...

    handler = app.handler

Powertools' resolver routes and validates. Headers are added around `resolve`, because the resolver
drops headers that a middleware adds to the answers of exception handlers.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from portal import correlation
from portal.api import bodies, errors
from portal.api.annotations import evaluate_annotations
from portal.api.declarations import Declared
from portal.api.headers import EXPOSED_HEADERS, SECURITY_HEADERS
from portal.api.rate_limit import CountedByAddress, address_of
from portal.observability import logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

UNDECLARED = Declared()
BEARER: list[dict[str, list[str]]] = [{"bearer": []}]


class App:
    """The application of one endpoint. Lambda calls `handler`."""

    def __init__(self, area: str, *, counted: CountedByAddress | None = None) -> None:
        self.area = area
        self._counted = counted
        self.declared: dict[tuple[str, str], Declared] = {}
        self.resolver = APIGatewayRestResolver(
            enable_validation=True,
            # An answer that does not match its model is a defect of the portal.
            response_validation_error_http_code=500,
            json_body_deserializer=bodies.parse,
        )
        errors.register(self.resolver)

    def get(self, path: str, **options: Any) -> Callable[[Endpoint], Endpoint]:
        """Register a GET route (see `_route` for the options)."""
        return self._route("GET", path, **options)

    def post(self, path: str, **options: Any) -> Callable[[Endpoint], Endpoint]:
        """Register a POST route (see `_route` for the options)."""
        return self._route("POST", path, **options)

    def patch(self, path: str, **options: Any) -> Callable[[Endpoint], Endpoint]:
        """Register a PATCH route (see `_route` for the options)."""
        return self._route("PATCH", path, **options)

    def _route(
        self,
        method: str,
        path: str,
        *,
        status: int = 200,
        signed_in: bool = False,
        declared: Declared = UNDECLARED,
        **options: Any,
    ) -> Callable[[Endpoint], Endpoint]:
        """Register a route.

        `path` uses `<name>` for parameters. `status` is that of success. `signed_in` documents the
        bearer token, which the gateway's authorizer requires and `CurrentUser` reads. `declared` is
        for the OpenAPI document. Further options are Powertools' (`summary`, `responses`, …).
        """
        self.declared[(method, re.sub(r"<(\w+)>", r"{\1}", path))] = declared
        options.setdefault("tags", [self.area])
        options.setdefault("security", BEARER if signed_in else [])
        register: Callable[[Endpoint], Endpoint] = self.resolver.route(
            path, method=method, status_code=status, **options
        )

        def evaluated(endpoint: Endpoint) -> Endpoint:
            evaluate_annotations(endpoint)
            return register(endpoint)

        return evaluated

    def override(self, dependency: Callable[..., Any], replacement: Callable[..., Any]) -> None:
        """Replace a dependency, which lets tests use another composition root."""
        self.resolver.dependency_overrides[dependency] = replacement

    def handler(self, event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        """Answer an API Gateway REST proxy event. This is the entry point of the Lambda."""
        headers = lower_case_headers(event)
        with correlation.bound(correlation.accept(headers.get("x-correlation-id"))) as current:
            log = logger()
            log.clear_state()
            log.append_keys(
                function_name=context.function_name,
                function_request_id=context.aws_request_id,
                route=f"{event.get('httpMethod')} {event.get('resource')}",
            )
            log.set_correlation_id(current)
            return with_standard_headers(
                self._response(event, headers, context), origin=headers.get("origin")
            )

    def _response(
        self, event: dict[str, Any], headers: dict[str, str], context: LambdaContext
    ) -> dict[str, Any]:
        try:
            event = self._counted_event(event)
            bodies.check(event, headers)
        except Exception as error:  # noqa: BLE001  # every one becomes a problem document
            return errors.proxy_answer(error)
        return self.resolver.resolve(_with_plain_content_type(event, headers), context)

    def _counted_event(self, event: dict[str, Any]) -> dict[str, Any]:
        """Return the event with its caller's address, once the request is counted.

        It is counted first of all, whatever the request is.
        """
        if self._counted is None:
            return event
        build = self._counted.limiter
        limiter = self.resolver.dependency_overrides.get(build, build)()
        event = limiter.with_caller(event)
        limiter.check(self._counted.limit, address_of(event))
        return event


def _with_plain_content_type(event: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
    """The event with `application/json` as Powertools looks for it, which is in lower case."""
    written = headers.get("content-type", "")
    if not written or written.startswith(bodies.JSON) or not event.get("body"):
        return event
    others = {k: v for k, v in (event.get("headers") or {}).items() if k.lower() != "content-type"}
    return {**event, "headers": {**others, "content-type": bodies.JSON}}


def lower_case_headers(event: dict[str, Any]) -> dict[str, str]:
    """Return the event's headers by lower-case name. REST APIs keep the caller's case."""
    return {name.lower(): value for name, value in (event.get("headers") or {}).items()}


def with_standard_headers(response: dict[str, Any], *, origin: str | None) -> dict[str, Any]:
    """Add the headers of every answer. An endpoint's own `Cache-Control` replaces `no-store`."""
    added = {
        **SECURITY_HEADERS,
        correlation.HEADER: correlation.current(),
        **_cors_headers(origin),
    }
    # API Gateway accepts null for "no body", but some emulators of it do not.
    response["body"] = response.get("body") or ""
    multi: dict[str, list[str]] = response.setdefault("multiValueHeaders", {})
    varies = multi.get("Vary", [])
    if "Cache-Control" not in multi:
        added["Cache-Control"] = "no-store"
    for name, value in added.items():
        multi[name] = [value]
    multi["Vary"] = [", ".join(dict.fromkeys([*varies, "Origin"]))]
    return response


def _cors_headers(origin: str | None) -> dict[str, str]:
    allowed = os.environ.get("CORS_ORIGINS", "").split(",")
    if not origin or origin not in (entry.strip() for entry in allowed):
        return {}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Expose-Headers": EXPOSED_HEADERS,
    }
