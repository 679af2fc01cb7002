"""`/`: the customer's pages, served as CloudFront serves them in AWS.

The built site is `web/dist`. A path that names none of its files gets `index.html`, whose own
router knows the pages. A path of another part of the front door and a hashed file that does not
exist stay 404. Files are read for each request: the site may be built while the stack runs.
"""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates
from starlette.types import Receive, Scope, Send

from local.context import SiteContext
from local.front.customer_pages import CustomerPages

SHELL = "index.html"
BUILD = "make web-build"
HASHED = "assets"
LANGUAGES = ("en", "ja")
LONG = "public, max-age=31536000, immutable"
REVALIDATE = "no-cache"
SMALLEST_COMPRESSED = 1000
NOT_FOUND = 404


class Site:
    """Serves the customer's pages; `reserved` are the first segments of other parts' paths."""

    def __init__(
        self,
        context: SiteContext,
        pages: CustomerPages,
        templates: Jinja2Templates,
        reserved: Collection[str],
    ) -> None:
        self._context = context
        self._pages = pages
        self._templates = templates
        self._reserved = frozenset(reserved)
        # The folder may be created later, so it is not checked here.
        self._files = StaticFiles(directory=context.dist, check_dir=False)
        self._headers = {
            "Content-Security-Policy": content_security_policy(context.brand_logo_url),
            "Cross-Origin-Opener-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        }

    def routes(self) -> list[BaseRoute]:
        """Return the routes of `/config.json` and of every path that no earlier route matches."""
        return [
            Route("/config.json", self.config),
            Route("/{path:path}", GZipMiddleware(self._serve, minimum_size=SMALLEST_COMPRESSED)),
        ]

    async def config(self, _: Request) -> Response:
        """Return the run-time configuration of the pages."""
        context = self._context
        brand = {
            "name": context.brand_name,
            "logoUrl": context.brand_logo_url,
            "color": context.brand_color,
        }
        return JSONResponse(
            {
                "apiBase": "/api",
                "brand": {name: value for name, value in brand.items() if value is not None},
                "currency": context.currency,
                "timeZone": context.time_zone,
                "signUp": {"proof": context.signup_proof, "fact": context.signup_fact},
                "languages": LANGUAGES,
                "support": {"email": context.support_email} if context.support_email else {},
            },
            headers={"Cache-Control": REVALIDATE},
        )

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = await self._respond(request)
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        path: str = request.path_params["path"]
        if path.split("/", maxsplit=1)[0] in self._reserved:
            if path.endswith("/"):
                return RedirectResponse(f"/{path.rstrip('/')}")
            raise HTTPException(NOT_FOUND)
        if not (self._context.dist / SHELL).is_file():
            return self._not_built(request, path)
        response = await self._file(path or SHELL, request.scope)
        hashed = path.startswith(f"{HASHED}/")
        if response is None:
            if hashed:
                raise HTTPException(NOT_FOUND)
            response = await self._files.get_response(SHELL, request.scope)
        response.headers["Cache-Control"] = LONG if hashed else REVALIDATE
        response.headers.update(self._headers)
        return response

    async def _file(self, path: str, scope: Scope) -> Response | None:
        """Return the file of that path; None when the site has no such file."""
        try:
            return await self._files.get_response(path, scope)
        except HTTPException as error:
            if error.status_code != NOT_FOUND:
                raise
            return None

    def _not_built(self, request: Request, path: str) -> Response:
        data = {"build": BUILD, "page": self._pages.find(f"/{path}")}
        return self._templates.TemplateResponse(request, "site_missing.html", data)


def content_security_policy(logo_url: str | None) -> str:
    """Return the pages' policy: this origin only, and for images also the origin of the logo."""
    images = ["'self'", "data:"]
    address = urlsplit(logo_url or "")
    if address.netloc:
        images.append(f"{address.scheme}://{address.netloc}")
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; "
        f"img-src {' '.join(images)}; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'"
    )


def first_segments(routes: Collection[BaseRoute]) -> set[str]:
    """Return the first path segment of each route."""
    return {path.split("/")[1] for route in routes if (path := getattr(route, "path", ""))}
