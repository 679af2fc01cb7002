"""`/mail/previews`: every mail in every language with made-up values and this stack's brand."""

from __future__ import annotations

from dataclasses import dataclass
from inspect import getdoc

from portal.domain.mail import MailTemplate
from portal.domain.mail_contents import CONTENTS
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates

from functions.email.rendering import LANGUAGES
from functions.email.samples import Sample, sample
from functions.email.sender import Sender
from local.front.mail import Attachment, for_frame
from local.front.mail_screen import SANDBOX, mail_policy
from local.front.problems import page_problem

SCHEMES = ("light", "dark")
# A frame has the scheme of the machine: what a mail says for dark mode is made to apply or not.
_DARK_RULES = "@media (prefers-color-scheme: dark)"
_MEDIA = {"light": "@media not all", "dark": "@media all"}
WIDTHS = ("phone", "desktop")


@dataclass(frozen=True)
class Kind:
    """One mail: its name and what it tells."""

    name: str
    purpose: str
    carries_credential: bool


@dataclass(frozen=True)
class Look:
    """How a preview is shown; each is one of `SCHEMES` and `WIDTHS`."""

    scheme: str
    width: str

    @classmethod
    def asked(cls, request: Request) -> Look:
        """Return what the query asks for, the first of each for anything else."""
        scheme = request.query_params.get("scheme", "")
        width = request.query_params.get("width", "")
        return cls(
            scheme if scheme in SCHEMES else SCHEMES[0], width if width in WIDTHS else WIDTHS[0]
        )


class MailPreviews:
    """Pages that render the samples; `sender` is who the deployed Lambdas' mails are from."""

    def __init__(self, sender: Sender, templates: Jinja2Templates) -> None:
        self._sender = sender
        self._templates = templates
        self._headers = {"Content-Security-Policy": mail_policy(sender.logo_url)}

    def routes(self) -> list[Route]:
        """Return the routes below `/mail/previews`."""
        one = "/mail/previews/{template}/{language}"
        return [
            Route("/mail/previews", self.list_all),
            Route(one, self.show),
            Route(f"{one}/html", self.show_html),
            Route(f"{one}/text", self.show_text),
        ]

    async def list_all(self, request: Request) -> Response:
        """List the mails with a link for each language."""
        data = {"kinds": [_kind(template) for template in MailTemplate], "languages": LANGUAGES}
        return self._templates.TemplateResponse(request, "mail_previews.html", data)

    async def show(self, request: Request) -> Response:
        """Show one mail as a phone or a desk shows it, in light or dark mode, and its text."""
        found = self._asked(request)
        if found is None:
            return self._unknown(request)
        template, language, made = found
        data = {
            "kind": _kind(template),
            "language": language,
            "languages": LANGUAGES,
            "mail": made.rendered,
            "sender": self._sender,
            "sandbox": SANDBOX,
            "look": Look.asked(request),
            "schemes": SCHEMES,
            "widths": WIDTHS,
        }
        return self._templates.TemplateResponse(request, "mail_preview.html", data)

    async def show_html(self, request: Request) -> Response:
        """Return the HTML part for the frame, in the colours that the query asks for."""
        found = self._asked(request)
        if found is None:
            return self._unknown(request)
        _, _, made = found
        images = [
            Attachment(
                filename=image.filename,
                media_type="image/png",
                disposition="inline",
                content_id=image.content_id,
                content=image.png,
            )
            for image in made.images
        ]
        html = made.rendered.html.replace(_DARK_RULES, _MEDIA[Look.asked(request).scheme])
        return HTMLResponse(for_frame(html, images), headers=self._headers)

    async def show_text(self, request: Request) -> Response:
        """Return the text part."""
        found = self._asked(request)
        if found is None:
            return self._unknown(request)
        return PlainTextResponse(found[2].rendered.text)

    def _asked(self, request: Request) -> tuple[MailTemplate, str, Sample] | None:
        name, language = request.path_params["template"], request.path_params["language"]
        template = next((one for one in MailTemplate if one.value == name), None)
        if template is None or language not in LANGUAGES:
            return None
        return template, language, sample(template, language, self._sender)

    def _unknown(self, request: Request) -> Response:
        return page_problem(
            self._templates,
            request,
            404,
            "Preview not found",
            "There is no such mail or language. /mail/previews lists them.",
        )


def _kind(template: MailTemplate) -> Kind:
    model = CONTENTS[template]
    purpose = (getdoc(model) or "").partition("\n")[0]
    return Kind(template.value, purpose, model.carries_credential)
