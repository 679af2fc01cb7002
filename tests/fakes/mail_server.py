"""A mail server of its own kind: aiosmtpd on loopback, with or without TLS and signing in."""

from __future__ import annotations

import ssl
from asyncio import Server
from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


@dataclass(frozen=True)
class Kept:
    """A mail as the server took it: its envelope and what was in it."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage
    secured: bool
    user: str


class MailServer:
    """Runs for a `with` block and keeps what it took.

    `tls` is offered as STARTTLS and then required, or spoken from the start when `implicit`. With
    `logins` (name to password) only who signs in may send. `refused` maps recipients to the reply
    that they get.
    """

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        implicit: bool = False,
        logins: Mapping[str, str] | None = None,
        size_limit: int = 33_554_432,
    ) -> None:
        self.kept: list[Kept] = []
        self.refused: dict[str, str] = {}
        self._logins = logins or {}
        options: dict[str, Any] = {"data_size_limit": size_limit, "enable_SMTPUTF8": True}
        if implicit:
            options["ssl_context"] = tls
        elif tls is not None:
            options |= {"tls_context": tls, "require_starttls": True}
        if logins:
            options |= {
                "authenticator": self._authenticate,
                "auth_required": True,
                "auth_require_tls": not implicit,
            }
        self._controller = _AnyPort(self, hostname="127.0.0.1", port=0, **options)

    @property
    def port(self) -> int:
        return self._controller.port

    def __enter__(self) -> MailServer:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    def _authenticate(
        self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any
    ) -> AuthResult:
        if not isinstance(data, LoginPassword):
            return AuthResult(success=False, handled=False)
        name = data.login.decode()
        right = self._logins.get(name) == data.password.decode()
        return AuthResult(success=right, handled=False, auth_data=name)

    async def handle_RCPT(  # noqa: N802  # aiosmtpd names it
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Refuse whom the test says."""
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  # aiosmtpd names it
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        """Keep the mail."""
        message = message_from_bytes(envelope.original_content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.kept.append(
            Kept(
                sender=envelope.mail_from,
                recipients=tuple(envelope.rcpt_tos),
                message=message,
                secured=session.ssl is not None or self._controller.ssl_context is not None,
                user=session.auth_data or "",
            )
        )
        return "250 kept"


class _AnyPort(Controller):
    """Listens on a port that the system chooses."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # aiosmtpd's own
