"""Running pieces of Apex on an org of their own."""

from __future__ import annotations

import re
from typing import Any

from local.emulators.kit.clock import Clock
from local.emulators.salesforce.apex.access import FULL, Access
from local.emulators.salesforce.apex.callouts import Callouts, Incoming, Outgoing, Vault
from local.emulators.salesforce.apex.exceptions import Thrown
from local.emulators.salesforce.apex.machine import Machine
from local.emulators.salesforce.apex.metadata import Project
from local.emulators.salesforce.apex.parser import parse_class
from local.emulators.salesforce.apex.program import Program
from local.emulators.salesforce.apex.session import Session, UnderTest
from local.emulators.salesforce.apex.syntax import ClassDeclaration
from local.emulators.salesforce.metadata import project_root
from local.emulators.salesforce.org import ADMIN_ID, Org
from local.emulators.salesforce.switches import Switches

PROJECT = Project(project_root())


def answer(status: int = 200, body: str = "", **headers: str) -> Incoming:
    """What a transport returns."""
    return Incoming(status=status, reason="", headers=headers, body=body.encode())


class Apex:
    """An org, a user, and whatever classes a test writes."""

    def __init__(self, access: Access = FULL) -> None:
        switches = Switches()
        self.org = Org(Clock(), lambda: switches)
        self.access = access
        self.user_id = ADMIN_ID
        self.sent: list[Outgoing] = []
        self.answers: list[Incoming] = []
        self.vault = Vault({"Portal_API": {"Portal": {"KeyId": "k1", "SigningKey": "secret"}}})
        self.session: Session = self._session(test=None)

    def run(self, body: str, *classes: str, test: bool = False) -> Any:
        """The value that the statements return; their file is `T.cls`, they begin on line 1."""
        text = f"public class T {{ public static Object run() {{ {body} }} }}"
        declarations = [self._parse(item) for item in classes]
        program = Program(PROJECT, [parse_class("T.cls", text), *declarations])
        self.session = self._session(test=UnderTest() if test else None)
        return Machine(program, self.session).call_static("T", "run", [])

    def value(self, expression: str, *classes: str) -> Any:
        """The value of an expression."""
        return self.run(f"return {expression};", *classes)

    def thrown(self, body: str, *classes: str) -> str:
        """Type and message of the exception that the statements end with."""
        try:
            self.run(body, *classes)
        except Thrown as thrown:
            return str(thrown)
        msg = "nothing was thrown"
        raise AssertionError(msg)

    def _parse(self, text: str) -> ClassDeclaration:
        name = re.sub(r".*?\b(?:class|interface|enum) (\w+).*", r"\1", text, flags=re.DOTALL)
        return parse_class(f"{name}.cls", text)

    def _session(self, test: UnderTest | None) -> Session:
        callouts = Callouts(
            PROJECT.named_credentials(), PROJECT.external_credentials(), self.vault, self._send
        )
        return Session(self.org, self.user_id, lambda _: self.access, callouts, test=test)

    def _send(self, request: Outgoing) -> Incoming:
        self.sent.append(request)
        return self.answers.pop(0) if self.answers else answer()
