"""The sessions of the client area."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from local.emulators.whmcs.context import Context
from local.emulators.whmcs.records import Client

COOKIE = "WHMCSlocal"


@dataclass(frozen=True)
class Session:
    """A signed-in client; `csrf` must come back with every form."""

    client_id: int
    csrf: str


class Sessions:
    """Sessions by cookie, in memory."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}

    def clear(self) -> None:
        """Sign everybody out."""
        self._sessions.clear()

    def start(self, response: Response, client_id: int) -> None:
        """Sign a client in on that response."""
        key = secrets.token_urlsafe(24)
        self._sessions[key] = Session(client_id, secrets.token_hex(20))
        response.set_cookie(COOKIE, key, httponly=True, samesite="lax", path="/")

    def end(self, request: Request, response: Response) -> None:
        """Sign the caller out."""
        self._sessions.pop(request.cookies.get(COOKIE, ""), None)
        response.delete_cookie(COOKIE, path="/")

    def current(self, request: Request, context: Context) -> tuple[Session, Client] | None:
        """The caller's session and client."""
        session = self._sessions.get(request.cookies.get(COOKIE, ""))
        client = context.store.clients.get(session.client_id) if session else None
        return (session, client) if session and client else None


def genuine(session: Session, token: str) -> bool:
    """Whether a form carries its session's token."""
    return hmac.compare_digest(session.csrf.encode(), token.encode())
