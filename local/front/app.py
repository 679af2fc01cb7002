"""The front door of the local stack: one ASGI application for all pages and the API."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import jinja2
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates
from starlette.types import ASGIApp

from local.context import StackContext
from local.front.apex import Apex
from local.front.customer_pages import CustomerPages
from local.front.dev_page import DevPage
from local.front.docs_screen import DocsScreen
from local.front.guard import PageGuard
from local.front.lightning_screen import LightningScreen
from local.front.mail_previews import MailPreviews
from local.front.mail_screen import MailScreen
from local.front.monitoring import Monitoring, aws_client
from local.front.operations import Operations, StoredOperations
from local.front.operations_screen import OperationsScreen
from local.front.operator_screen import OperatorScreen
from local.front.ops_screen import OpsScreen
from local.front.problems import page_problem
from local.front.proxy import ANY_PATH, METHODS, ApiProxy
from local.front.salesforce_api import SalesforceApi
from local.front.site import Site, first_segments
from local.front.trace import Tracer
from local.front.view_filters import FILTERS

HERE = Path(__file__).parent
LOOPBACK_HOSTS = ["127.0.0.1", "localhost", "[::1]"]


def create_app(
    context: StackContext,
    cloudwatch: Callable[[], Any] | None = None,
    operations: Operations | None = None,
) -> ASGIApp:
    """Return the front door of a stack; it opens no connection before the first request.

    It answers only requests for loopback names and the host of `front_url`, so that a web page
    cannot reach it by rebinding its own host name to this machine (DNS rebinding). `cloudwatch`
    makes the client for alarms and metrics, `operations` reads those of customers (default: both
    of the stack's AWS).
    """
    # All targets are on loopback: proxies and .netrc of the environment are ignored.
    client = httpx.AsyncClient(trust_env=False, timeout=10.0)
    templates = _templates(context)
    make_client = cloudwatch or functools.partial(aws_client, context, "cloudwatch")
    stored = operations or StoredOperations(functools.partial(aws_client, context))
    monitoring = Monitoring(make_client, context.assembly)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await client.aclose()

    hosts = [*LOOPBACK_HOSTS, urlsplit(context.front_url).hostname or "127.0.0.1"]
    return Starlette(
        routes=_routes(context, client, monitoring, stored, templates),
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False),
            Middleware(PageGuard),
        ],
        exception_handlers={404: _not_found(templates)},
        lifespan=lifespan,
    )


def _routes(
    context: StackContext,
    client: httpx.AsyncClient,
    monitoring: Monitoring,
    operations: Operations,
    templates: Jinja2Templates,
) -> list[BaseRoute]:
    apex = Apex(context.salesforce_url, client)
    salesforce = None
    if context.salesforce_url is not None:
        salesforce = SalesforceApi(
            context.salesforce_url,
            context.salesforce_consumer_key,
            context.salesforce_consumer_secret,
            client,
        )
    tracer = Tracer(context.logs, context.emulators, client)
    proxy = ApiProxy(context.api_url, client, context.cors_origins)
    routes: list[BaseRoute] = [
        Route("/api", proxy.handle, methods=METHODS),
        Route(f"/api/{{path:{ANY_PATH}}}", proxy.handle, methods=METHODS),
        *DevPage(context, templates).routes(),
        *DocsScreen(context, templates).routes(),
        *MailPreviews(context.mail_sender, templates).routes(),
        *MailScreen(context.sendgrid_url, client, templates, context.mail_sender.logo_url).routes(),
        *LightningScreen(apex, templates).routes(),
        *OperatorScreen(salesforce, apex, operations, templates).routes(),
        *OperationsScreen(operations, templates).routes(),
        *OpsScreen(monitoring, tracer, context.openapi_path.parent, templates).routes(),
        Mount("/static", StaticFiles(directory=HERE / "static")),
    ]
    pages = CustomerPages(context.openapi_path)
    site = Site(context.site, pages, templates, first_segments(routes))
    return [*routes, *site.routes()]


def _templates(context: StackContext) -> Jinja2Templates:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    environment.globals["parts"] = _parts(context)
    return Jinja2Templates(env=environment)


def _parts(context: StackContext) -> list[tuple[str, str, str]]:
    """Return path, name and purpose of each part of the front door that this stack has."""
    parts = [
        ("/", "Pages", "The customer's pages: catalogue, orders, services", True),
        ("/docs", "API", "Every endpoint and schema, to read and to try", True),
        (
            "/salesforce",
            "Salesforce",
            "The operator's screen: review orders, press Provision",
            context.salesforce_url is not None,
        ),
        (
            "/whmcs",
            "WHMCS",
            "Clients, orders, services and cards in the billing system",
            context.whmcs_url is not None,
        ),
        (
            "/ops",
            "Ops",
            "Alarms and dashboard, red and green, with the runbooks",
            True,
        ),
        (
            "/mail",
            "Mail",
            "The mails that customers would have received, with QR codes",
            context.sendgrid_url is not None,
        ),
    ]
    return [(path, name, purpose) for path, name, purpose, runs in parts if runs]


def _not_found(templates: Jinja2Templates) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def not_found(request: Request, _: Exception) -> Response:
        return page_problem(
            templates,
            request,
            404,
            "Page not found",
            f"There is no page at {request.url.path}. The start page for developers, /dev, lists "
            "the pages of this stack.",
        )

    return not_found
