"""Calls Apex from outside: `@AuraEnabled` methods and `@InvocableMethod`s.

Components call the former and flows the latter. Arguments and results are JSON. Arguments are
checked against the declared types. Results contain the annotated fields.
Sources: LWC guide, "Call Apex Methods"; REST API Developer Guide, "Apex Actions"; Apex Developer
Guide, "AuraEnabled" and "InvocableMethod".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.emulators.salesforce.apex import exceptions
from local.emulators.salesforce.apex.callouts import Callouts
from local.emulators.salesforce.apex.classes import ApexClass
from local.emulators.salesforce.apex.exceptions import Thrown
from local.emulators.salesforce.apex.machine import Machine
from local.emulators.salesforce.apex.objects import AURA_MESSAGE
from local.emulators.salesforce.apex.program import Program
from local.emulators.salesforce.apex.session import CustomSettings, Session
from local.emulators.salesforce.apex.syntax import Method
from local.emulators.salesforce.apex.transfer import MisfitError, Transfer
from local.emulators.salesforce.apex.users import Users
from local.emulators.salesforce.apex.values import ApexList
from local.emulators.salesforce.org import Org


class CallRefused(Exception):
    """The call does not reach the method: unknown, not allowed, or with wrong arguments."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class ApexErrorBody:
    """What a component finds in `error.body` when the method throws."""

    message: str
    exception_type: str
    stack_trace: str

    def as_json(self) -> dict[str, Any]:
        """With the platform's names."""
        return {
            "message": self.message,
            "exceptionType": self.exception_type,
            "isUserDefinedException": not self.exception_type.startswith("System."),
            "stackTrace": self.stack_trace,
        }


class ApexError(Exception):
    """The method threw an exception that nobody caught; everything it wrote is undone."""

    def __init__(self, body: ApexErrorBody) -> None:
        super().__init__(body.message)
        self.body = body


class Gateway:
    """Runs methods of a program for the users of an org, each call a transaction of its own."""

    def __init__(self, program: Program, org: Org, users: Users, callouts: Callouts) -> None:
        self._program = program
        self._org = org
        self._users = users
        self._callouts = callouts

    def aura(
        self, user_id: str, class_name: str, method_name: str, arguments: Mapping[str, Any]
    ) -> Any:
        """The JSON result of an `@AuraEnabled` method.

        Raises CallRefused, ApexError, or an ApexFailure for what is not modelled.
        """
        cls = self._class(user_id, class_name)
        method = self._annotated(cls, "auraenabled", method_name)
        machine = self._machine(user_id)
        transfer = Transfer(machine, cls, "auraenabled")
        unknown = set(arguments) - {item.name for item in method.parameters}
        if unknown:
            raise CallRefused(400, f"{cls.name}.{method.name} has no parameter {min(unknown)}")
        try:
            given = [
                transfer.read(arguments.get(item.name), item.type, item.name)
                for item in method.parameters
            ]
        except MisfitError as error:
            raise CallRefused(400, str(error)) from error
        return transfer.write(self._run(machine, cls, method, given))

    def invocable(
        self, user_id: str, class_name: str, inputs: Sequence[Mapping[str, Any]]
    ) -> list[Any]:
        """The output of the class's `@InvocableMethod`, one for each input.

        Raises CallRefused, ApexError, or an ApexFailure for what is not modelled.
        """
        cls = self._class(user_id, class_name)
        method = self._annotated(cls, "invocablemethod", None)
        machine = self._machine(user_id)
        transfer = Transfer(machine, cls, "invocablevariable")
        (parameter,) = method.parameters
        try:
            given = transfer.read(list(inputs), parameter.type, "inputs")
        except MisfitError as error:
            raise CallRefused(400, str(error)) from error
        result = self._run(machine, cls, method, [given])
        if not isinstance(result, ApexList) or len(result.items) != len(inputs):
            # [unverified] wording; a flow needs as many results as requests.
            raise CallRefused(500, f"{cls.name} returned another number of results than requests")
        return [transfer.write(item) for item in result.items]

    def _class(self, user_id: str, name: str) -> ApexClass:
        cls = self._program.classes.get(name)
        if cls is None:
            raise CallRefused(404, f"The project has no Apex class {name}.")
        if not self._users.access(user_id).can_run(name):
            raise CallRefused(403, f"You do not have access to the Apex class named '{cls.name}'.")
        return cls

    def _annotated(self, cls: ApexClass, annotation: str, name: str | None) -> Method:
        declaration = cls.declaration
        for method in () if declaration is None else declaration.methods:
            named = name is None or method.name == name
            if named and method.static and method.annotation(annotation) is not None:
                return method
        raise CallRefused(404, f"{cls.name} has no method {name or 'for flows'} of that kind.")

    def _machine(self, user_id: str) -> Machine:
        settings = CustomSettings(self._program.custom_settings, self._callouts.vault.settings)
        session = Session(self._org, user_id, self._users.access, self._callouts, settings=settings)
        return Machine(self._program, session)

    def _run(self, machine: Machine, cls: ApexClass, method: Method, arguments: list[Any]) -> Any:
        store = self._org.store
        # The undo log is this call's own: others can run only during its callouts, before which
        # nothing may be written, and they forget their part of the log when they end.
        store.forget_undo()
        try:
            with store.savepoint():
                result = machine.objects.invoke(cls, method, None, arguments)
        except Thrown as thrown:
            raise ApexError(_error_body(thrown)) from thrown
        store.forget_undo()
        return result


def _error_body(thrown: Thrown) -> ApexErrorBody:
    value = thrown.value
    prepared = value.values.get(AURA_MESSAGE)
    if prepared is not None:
        # AuraHandledException is for users: it carries its own text, and no stack trace.
        return ApexErrorBody(str(prepared), exceptions.type_name(value), "")
    trace = "\n".join(f"Class.{place.file}: line {place.line}" for place in thrown.places)
    return ApexErrorBody(exceptions.message(value) or "", exceptions.type_name(value), trace)
