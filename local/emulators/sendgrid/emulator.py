"""The SendGrid emulator: `POST /v3/mail/send` and what a client checks its key with.

Seed (`POST /_admin/seed`), all parts optional:

    {"apiKeys": [{"key": "SG.local", "scopes": ["mail.send"]}],
     "verifiedSenders": ["no-reply@portal.example", "@portal.example"], "templates": ["d-…"],
     "tracking": false,
     "suppressions": {"bounces": ["a@x.example"], "spamReports": [], "globalUnsubscribes": []}}

`GET /_admin/state` gives `{"mails": [...], "sandboxed": n, "account": {...}}`; the keys of a mail
are in `mails.captured`. Operations are the path without `/v3/`: `mail/send`, `scopes`.

Documented: 202 with an empty body and `X-Message-Id`, for suppressed addresses too; 200 in sandbox
mode; the errors; 401, 403, 413 (30 MB), 415, 429 with the rate limit headers. Assumed: the order
of the checks (key, rate, scope, content type, size, JSON, content, sender), and the 404 and 405
bodies.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from local.emulators.kit.emulator import Emulator
from local.emulators.kit.middleware import Incoming
from local.emulators.sendgrid import mails, message, personalizations, suppressions
from local.emulators.sendgrid.account import FULL_ACCESS, Account, Seed
from local.emulators.sendgrid.errors import Problem, Refused
from local.emulators.sendgrid.switches import Switches

DEFAULT_KEYS = {"SG.local": FULL_ACCESS}
MAX_BYTES = 30 * 1024 * 1024
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

Handler = Callable[[Request, bytes], Response]


class SendGrid(Emulator[Switches]):
    """Emulates https://api.sendgrid.com; `keys` maps API keys to their scopes."""

    name = "sendgrid"

    def __init__(self, keys: Mapping[str, Sequence[str]] | None = None) -> None:
        super().__init__(Switches())
        self._default_keys = {key: tuple(s) for key, s in (keys or DEFAULT_KEYS).items()}
        self.clear()

    def routes(self) -> Sequence[BaseRoute]:
        """The documented paths; anything else is 404 or 405."""
        table = self._table()
        served = [
            Route(path, self._serve(handler, scope), methods=[method])
            for method, path, scope, handler in table
        ]
        wrong_method = [
            Route(path, self._serve(_method_not_allowed, None), methods=METHODS)
            for _, path, _, _ in table
        ]
        unknown = Route("/{rest:path}", self._serve(_not_found, None), methods=METHODS)
        return [*served, *wrong_method, unknown]

    def _table(self) -> list[tuple[str, str, str | None, Handler]]:
        """Method, path, scope and handler of each documented operation."""
        return [
            ("POST", "/v3/mail/send", "mail.send", self._send),
            ("GET", "/v3/scopes", None, self._scopes),
            ("GET", "/v3/user/profile", "user.profile.read", self._profile),
            ("GET", "/v3/verified_senders", "verified_senders.read", self._verified_senders),
            ("GET", "/v3/whitelabel/domains", "whitelabel.read", self._domains),
            (
                "GET",
                "/v3/tracking_settings/click",
                "tracking_settings.click.read",
                self._click_tracking,
            ),
            (
                "GET",
                "/v3/tracking_settings/open",
                "tracking_settings.open.read",
                self._open_tracking,
            ),
        ]

    def name_operation(self, incoming: Incoming) -> str:
        """The path without its version: `mail/send`."""
        return incoming.path.strip("/").removeprefix("v3/")

    def operations(self) -> Collection[str]:
        """The documented paths without their version."""
        return {path.removeprefix("/v3/") for _, path, _, _ in self._table()}

    def clear(self) -> None:
        """Remove all mails, and restore the account of the constructor."""
        self.account = Account(dict(self._default_keys))
        self.mails: list[dict[str, Any]] = []
        self.sandboxed = 0

    def seed(self, data: dict[str, Any]) -> None:
        """See the module docstring."""
        seed = Seed.model_validate(data)
        self.account.load(seed)
        if seed.tracking is not None:
            self.set_switches({"account_tracking": seed.tracking})

    def dump(self) -> dict[str, Any]:
        """Mails in the order of their arrival, and the account."""
        return {
            "mails": self.mails,
            "sandboxed": self.sandboxed,
            "account": self.account.as_json(),
        }

    def _serve(
        self, handler: Handler, scope: str | None
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            body = await request.body()
            limits: dict[str, str] = {}
            try:
                scopes = self.account.authenticate(request.headers.get("authorization"))
                limits = self._count(request)
                _check_scope(scope, scopes)
                response = handler(request, body)
            except Refused as refused:
                response = refused.response()
                if isinstance(refused, TooMany):
                    limits = refused.limits
            response.headers.update(limits)
            return response

        return endpoint

    def _count(self, request: Request) -> dict[str, str]:
        limits = self.account.count(request.url.path, self.switches.rate_limit, self.clock.now())
        if int(limits["X-RateLimit-Remaining"]) < 0:
            raise TooMany(limits | {"X-RateLimit-Remaining": "0"})
        return limits

    def _send(self, request: Request, body: bytes) -> Response:
        if self.switches.credits_used_up:
            raise Refused(401, Problem("Maximum credits exceeded"))
        mail = self._read(request, body)
        now = self.clock.now()
        problems = [
            *personalizations.problems(mail, self.switches.custom_args_limit, now),
            *message.problems(mail, self.account.templates, now),
            *suppressions.problems(mail),
        ]
        if problems:
            raise Refused(400, *problems)
        blocks = mail["personalizations"]
        self.account.check_sender(b.get("from", mail["from"])["email"] for b in blocks)
        if message.is_sandboxed(mail):
            self.sandboxed += 1
            return Response(status_code=200)
        message_id = mails.new_message_id()
        self.mails += mails.captured(
            mail,
            message_id,
            now,
            account_tracking=self.switches.account_tracking,
            suppressions=self.account.suppressions,
        )
        return Response(status_code=202, headers={"X-Message-Id": message_id})

    def _read(self, request: Request, body: bytes) -> dict[str, Any]:
        content_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
        if content_type != "application/json":
            raise Refused(415, Problem("Content-Type should be application/json."))
        if len(body) > MAX_BYTES:
            raise Refused(413, Problem("Payload too large"))
        try:
            mail = json.loads(body)
        except ValueError:
            raise Refused(400, Problem("Bad Request")) from None
        if not isinstance(mail, dict):
            raise Refused(400, Problem("Bad Request"))
        if self.switches.unknown_properties == "refused":
            _refuse_unknown(mail)
        return mail

    def _scopes(self, request: Request, _: bytes) -> Response:
        scopes = self.account.authenticate(request.headers.get("authorization"))
        return JSONResponse({"scopes": list(scopes)})

    def _profile(self, _: Request, __: bytes) -> Response:
        names = "address address2 city company country first_name last_name phone state website zip"
        return JSONResponse(dict.fromkeys(names.split(), "") | {"company": "Portal"})

    def _verified_senders(self, _: Request, __: bytes) -> Response:
        senders = [s for s in self.account.verified_senders or [] if not s.startswith("@")]
        results = [
            {"id": number, "from_email": sender, "verified": True, "locked": False}
            for number, sender in enumerate(senders, start=1)
        ]
        return JSONResponse({"results": results})

    def _domains(self, _: Request, __: bytes) -> Response:
        """Authenticated domains, each as if its DNS records had been found."""
        domains = [s[1:] for s in self.account.verified_senders or [] if s.startswith("@")]
        found = [
            {"id": number, "domain": domain, "subdomain": "em", "valid": True, "default": False}
            for number, domain in enumerate(domains, start=1)
        ]
        return JSONResponse(found)

    def _click_tracking(self, _: Request, __: bytes) -> Response:
        """The account's setting. `enable_text` is off in new accounts."""
        enabled = self.switches.account_tracking
        return JSONResponse({"enable_text": False, "enabled": enabled})

    def _open_tracking(self, _: Request, __: bytes) -> Response:
        return JSONResponse({"enabled": self.switches.account_tracking})


class TooMany(Refused):
    """429 with its rate limit headers."""

    def __init__(self, limits: dict[str, str]) -> None:
        super().__init__(429, Problem("too many requests"))
        self.limits = limits


def _check_scope(scope: str | None, scopes: tuple[str, ...]) -> None:
    if scope is not None and scope not in scopes:
        raise Refused(403, Problem("access forbidden"))


def _refuse_unknown(mail: dict[str, Any]) -> None:
    blocks = mail.get("personalizations")
    known_blocks = [b for b in blocks if isinstance(b, dict)] if isinstance(blocks, list) else []
    unknown = set(mail) - message.KNOWN
    for block in known_blocks:
        unknown |= set(block) - personalizations.KNOWN
    if unknown:
        raise Refused(400, Problem("Bad Request", sorted(unknown)[0]))


def _method_not_allowed(_: Request, __: bytes) -> Response:
    raise Refused(405, Problem("method not allowed"))


def _not_found(_: Request, __: bytes) -> Response:
    raise Refused(404, Problem("not found"))
