"""The client area: single sign-on, home, services, invoices.

Sources: WHMCS API reference, CreateSsoToken (`/oauth/singlesignon.php`); addresses as in WHMCS.
Signing in with a password is not emulated, because the pages are reached by sign-on links.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from local.emulators.whmcs import invoicing, options
from local.emulators.whmcs.context import Context
from local.emulators.whmcs.pages.pay_method_pages import PayMethodPages
from local.emulators.whmcs.pages.rendering import notice, page
from local.emulators.whmcs.pages.sessions import Session, Sessions
from local.emulators.whmcs.records import Client

MakeContext = Callable[[Request], Context]
Page = Callable[[Request, Context, Session, Client], Awaitable[Response]]


class ClientArea:
    """The pages and their sessions."""

    def __init__(self, context: MakeContext) -> None:
        self._context = context
        self._sessions = Sessions()
        self._pay_methods = PayMethodPages()

    def clear(self) -> None:
        """Sign everybody out."""
        self._sessions.clear()

    def routes(self) -> list[BaseRoute]:
        """Return the routes of the pages."""
        return [
            Route("/", self._home, methods=["GET"]),
            Route("/oauth/singlesignon.php", self._sign_on, methods=["GET"]),
            Route("/clientarea.php", self._signed_in(self._client_area), methods=["GET"]),
            Route("/viewinvoice.php", self._signed_in(self._invoice), methods=["GET"]),
            Route("/index.php", self._signed_in(self._routed), methods=["GET", "POST"]),
            Route("/logout.php", self._log_out, methods=["GET"]),
        ]

    async def _home(self, _: Request) -> Response:
        return RedirectResponse("/clientarea.php", status_code=302)

    async def _sign_on(self, request: Request) -> Response:
        context = self._context(request)
        wanted = request.query_params.get("access_token", "")
        found = context.store.sso_tokens.where(lambda token: token.token == wanted)
        token = found[0] if found else None
        if token is None or token.used or context.now.timestamp() >= token.expires_at:
            return notice(
                "Unable to sign you in",
                "This single sign-on link is invalid, has expired or was used before."
                " Please return to where you came from and try again.",
                status=403,
            )
        token.used = True
        response = RedirectResponse(f"/{token.path}", status_code=302)
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        self._sessions.start(response, token.client_id)
        client = context.store.clients.get(token.client_id)
        if client is not None:
            client.lastlogin = f"Date: {context.timestamp}<br>IP Address: {context.ip}"
        return response

    async def _log_out(self, request: Request) -> Response:
        response = notice("Logged out", "You have been logged out.", status=200)
        self._sessions.end(request, response)
        return response

    def _signed_in(self, show: Page) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            context = self._context(request)
            current = self._sessions.current(request, context)
            if current is None:
                return page("login", status=403, client=None, title="Login")
            session, client = current
            return await show(request, context, session, client)

        return endpoint

    async def _client_area(
        self, request: Request, context: Context, _: Session, client: Client
    ) -> Response:
        action = request.query_params.get("action", "")
        services = context.store.services.where(lambda s: s.client_id == client.id)
        invoices = context.store.invoices.where(lambda i: i.userid == client.id)
        shared: dict[str, Any] = {
            "client": client,
            "currency": context.store.currency_of(client),
            "products": context.store.products,
        }
        if action == "details":
            return page("details", title="My Details", **shared)
        if action == "services":
            return page("services", title="My Products & Services", services=services, **shared)
        if action == "invoices":
            return page("invoices", title="My Invoices", invoices=invoices, **shared)
        if action == "productdetails":
            return self._service(request, context, client, shared)
        if action:
            return notice("Not emulated", "This page is not part of the emulator.", status=404)
        return page("home", title="Client Area", services=services, invoices=invoices, **shared)

    def _service(
        self, request: Request, context: Context, client: Client, shared: dict[str, Any]
    ) -> Response:
        wanted = request.query_params.get("id", "")
        service = context.store.services.get(int(wanted) if wanted.isdigit() else None)
        if service is None or service.client_id != client.id:
            return notice("Not found", "There is no such product or service.", status=404)
        product = context.store.products[service.pid]
        chosen = options.describe(product, service.configoptions)
        return page("service", title=product.name, service=service, chosen=chosen, **shared)

    async def _invoice(
        self, request: Request, context: Context, _: Session, client: Client
    ) -> Response:
        wanted = request.query_params.get("id", "")
        invoice = context.store.invoices.get(int(wanted) if wanted.isdigit() else None)
        if invoice is None or invoice.userid != client.id:
            return notice("Not found", "There is no such invoice.", status=404)
        return page(
            "invoice",
            title=f"Invoice #{invoice.invoicenum or invoice.id}",
            client=client,
            invoice=invoice,
            currency=context.store.currency_of(client),
            balance=invoicing.balance(context, invoice),
            gateway=context.store.gateway_name(invoice.paymentmethod),
        )

    async def _routed(
        self, request: Request, context: Context, session: Session, client: Client
    ) -> Response:
        path = request.query_params.get("rp", "").rstrip("/")
        if path == "":
            return RedirectResponse("/clientarea.php", status_code=302)
        answer = await self._pay_methods.handle(path, request, context, session, client)
        if answer is not None:
            return answer
        return notice("Not emulated", "This page is not part of the emulator.", status=404)
