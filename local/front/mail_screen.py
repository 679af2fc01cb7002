"""`/mail`: the captured mails as a list, one by one, and as JSON."""

from __future__ import annotations

import httpx
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates

from local.front.mail import Mail, read_mails
from local.front.problems import page_problem, problem

# A mail may contain anything: it must run no script and load nothing, and its links open in other
# tabs. It keeps this site's origin, so that the page around it can read its height.
SANDBOX = "allow-popups allow-popups-to-escape-sandbox allow-same-origin"


def mail_policy(logo_url: str) -> str:
    """Return the Content-Security-Policy of a mail in a frame; of images it loads only the logo."""
    images = f"data: {logo_url}".strip()
    return (
        f"sandbox {SANDBOX}; default-src 'none'; img-src {images}; style-src 'unsafe-inline'; "
        "form-action 'none'; frame-ancestors 'self'"
    )


class MailboxError(Exception):
    """The SendGrid emulator cannot be read; the message says why."""


class MailScreen:
    """Pages that show the SendGrid emulator's state."""

    def __init__(
        self,
        sendgrid_url: str | None,
        client: httpx.AsyncClient,
        templates: Jinja2Templates,
        logo_url: str,
    ) -> None:
        self._sendgrid_url = sendgrid_url
        self._client = client
        self._templates = templates
        self._policy = mail_policy(logo_url)

    def routes(self) -> list[Route]:
        """Return the routes of `/mail` and `/mail.json`."""
        return [
            Route("/mail", self.list_mails),
            Route("/mail.json", self.list_json),
            Route("/mail/{mail_id}", self.show),
            Route("/mail/{mail_id}/html", self.show_html),
            Route("/mail/{mail_id}/attachments/{number:int}", self.attachment),
        ]

    async def list_mails(self, request: Request) -> Response:
        """Show all mails, newest first."""
        try:
            mails = await self._mails()
        except MailboxError as error:
            return self._unavailable(request, error)
        return self._templates.TemplateResponse(request, "mails.html", {"mails": mails})

    async def list_json(self, _: Request) -> Response:
        """Return `{mails: […]}`, newest first, with attachments in base64."""
        try:
            mails = await self._mails()
        except MailboxError as error:
            return problem(502, "Bad Gateway", str(error))
        return JSONResponse({"mails": [mail.as_json() for mail in mails]})

    async def show(self, request: Request) -> Response:
        """Show one mail: header, HTML in a sandboxed frame, text and attachments."""
        try:
            mail = await self._find(request)
        except MailboxError as error:
            return self._unavailable(request, error)
        if mail is None:
            return self._no_such_mail(request)
        data = {"mail": mail, "sandbox": SANDBOX}
        return self._templates.TemplateResponse(request, "mail.html", data)

    async def show_html(self, request: Request) -> Response:
        """Return the mail's HTML for the frame."""
        try:
            mail = await self._find(request)
        except MailboxError as error:
            return self._unavailable(request, error)
        if mail is None:
            return self._no_such_mail(request)
        return HTMLResponse(
            mail.html_for_frame(), headers={"Content-Security-Policy": self._policy}
        )

    async def attachment(self, request: Request) -> Response:
        """Return one attached file by its position in the mail."""
        try:
            mail = await self._find(request)
        except MailboxError as error:
            return self._unavailable(request, error)
        number = request.path_params["number"]
        if mail is None or number >= len(mail.attachments):
            return self._no_such_mail(request)
        found = mail.attachments[number]
        safe_name = "".join(c for c in found.filename if c.isalnum() or c in "._-") or "file"
        return Response(
            found.content,
            media_type=found.media_type,
            headers={
                "Content-Disposition": f'inline; filename="{safe_name}"',
                "Content-Security-Policy": self._policy,
            },
        )

    async def _find(self, request: Request) -> Mail | None:
        wanted = request.path_params["mail_id"]
        return next((mail for mail in await self._mails() if mail.id == wanted), None)

    async def _mails(self) -> list[Mail]:
        if self._sendgrid_url is None:
            raise MailboxError("This stack was started without the SendGrid emulator.")
        try:
            answer = await self._client.get(f"{self._sendgrid_url}/_admin/state")
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise MailboxError(
                f"The SendGrid emulator at {self._sendgrid_url} does not answer "
                f"({type(error).__name__})."
            ) from error
        return read_mails(answer.json())

    def _unavailable(self, request: Request, error: MailboxError) -> Response:
        return self._templates.TemplateResponse(
            request, "mails.html", {"mails": [], "says": str(error)}, status_code=502
        )

    def _no_such_mail(self, request: Request) -> Response:
        return page_problem(
            self._templates,
            request,
            404,
            "Mail not found",
            "There is no such mail. A reset of the SendGrid emulator removes all mails.",
        )
