"""Protection of the pages: headers on every response, and no POST from another site."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.front.problems import problem

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'self'"
)
OWN_ORIGINS = {"same-origin", "none"}


class PageGuard:
    """Leaves `/api` unchanged, because the API's own headers and defences are under test."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request (ASGI)."""
        if scope["type"] != "http" or scope["path"].split("/")[1] == "api":
            await self._app(scope, receive, send)
            return
        origin = Headers(scope=scope).get("sec-fetch-site", "none")
        if scope["method"] == "POST" and origin not in OWN_ORIGINS:
            refusal = problem(
                403, "Forbidden", "POST requests are accepted only from this site's own pages."
            )
            await refusal(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", PAGE_POLICY)
                headers.setdefault("Cache-Control", "no-store")
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "same-origin"
            await send(message)

        await self._app(scope, receive, send_guarded)
