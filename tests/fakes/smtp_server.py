"""A small SMTP server on loopback that can misbehave at any step."""

from __future__ import annotations

import base64
import datetime as dt
import socketserver
import ssl
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.fakes.sockets import reset

DROP, RESET, SILENCE = "drop", "reset", "silence"
DATA_END = "END"


@dataclass
class Behaviour:
    """`at` maps a verb (`EHLO`, `MAIL`, `END` for the end of DATA, …) to an answer or a mishap."""

    at: dict[str, str] = field(default_factory=dict)
    extensions: tuple[str, ...] = ()
    logins: dict[str, str] = field(default_factory=dict)


class SmtpServer(socketserver.ThreadingTCPServer):
    """Keeps accepted mails; `verbs` are the commands of all connections."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, *, tls: ssl.SSLContext | None = None, implicit: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.tls = tls
        self.implicit = implicit
        self.behaviour = Behaviour()
        self.mails: list[EmailMessage] = []
        self.verbs: list[str] = []
        self.passwords: list[str] = []
        self.silence = threading.Event()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Callers that hang up are what the tests are about."""

    def __enter__(self) -> SmtpServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.silence.set()
        self.shutdown()
        self._thread.join(timeout=5)
        self.server_close()


class _Connection(socketserver.StreamRequestHandler):
    def setup(self) -> None:
        self.owner = cast("SmtpServer", self.server)
        self.secured = False
        if self.owner.implicit:
            self._secure()
        super().setup()

    def _secure(self) -> None:
        assert self.owner.tls is not None
        self.request = self.owner.tls.wrap_socket(self.request, server_side=True)
        self.secured = True

    def finish(self) -> None:
        super().finish()
        # Wrapping took the socket away from the server, which would have closed it.
        self.connection.close()

    def handle(self) -> None:
        if not self._say("CONNECT", "220 ready"):
            return
        while line := self.rfile.readline():
            verb = line.split()[0].decode().upper()
            self.owner.verbs.append(verb)
            if not self._obey(verb, line.decode().strip()):
                return

    def _obey(self, verb: str, line: str) -> bool:
        if verb in ("EHLO", "HELO"):
            return self._say(verb, self._greeting())
        if verb == "STARTTLS":
            self._say(verb, "220 go ahead")
            self._secure()
            super().setup()
            return True
        if verb == "AUTH":
            return self._authenticate(line)
        if verb == "DATA":
            answer = self.owner.behaviour.at.get(verb, "354 go on")
            return self._say(verb, answer) and (not answer.startswith("354") or self._data())
        return self._say(verb, "221 bye" if verb == "QUIT" else "250 ok") and verb != "QUIT"

    def _greeting(self) -> str:
        extensions = list(self.owner.behaviour.extensions)
        if self.owner.tls and not self.secured:
            extensions.append("STARTTLS")
        if self.owner.behaviour.logins:
            extensions.append("AUTH PLAIN")
        lines = ["localhost", *extensions]
        return "\r\n".join(
            f"250{' ' if n == len(lines) - 1 else '-'}{text}" for n, text in enumerate(lines)
        )

    def _authenticate(self, line: str) -> bool:
        _, user, password = base64.b64decode(line.split()[2]).decode().split("\0")
        self.owner.passwords.append(password)
        right = self.owner.behaviour.logins.get(user) == password
        return self._say("AUTH", "235 welcome" if right else "535 5.7.8 bad credentials")

    def _data(self) -> bool:
        body = b""
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return False
            body += line.removeprefix(b".") if line.startswith(b"..") else line
        answer = self.owner.behaviour.at.get(DATA_END, "250 kept")
        # A server that drops the line after the dot may well have the mail.
        if answer.startswith("2") or answer in (DROP, RESET, SILENCE):
            self.owner.mails.append(message_from_bytes(body, policy=policy.default))
        return self._say(DATA_END, "250 kept")

    def _say(self, verb: str, usual: str) -> bool:
        answer = self.owner.behaviour.at.get(verb, usual)
        if answer == SILENCE:
            self.owner.silence.wait(5)
            return False
        if answer == RESET:
            reset(self.connection)
            return False
        if answer == DROP:
            return False
        self.wfile.write(answer.encode() + b"\r\n")
        return True


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Contexts of a server for 127.0.0.1 and of a client that trusts it and nobody else."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    file = folder / "server.pem"
    file.write_bytes(
        pem
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cadata=pem.decode())
