"""Executes statements."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from local.emulators.salesforce.apex import syntax
from local.emulators.salesforce.apex.errors import ApexFailure, NotApex, Unsupported
from local.emulators.salesforce.apex.exceptions import Thrown
from local.emulators.salesforce.apex.frames import Broke, Continued, Frame, Returned, Variable
from local.emulators.salesforce.apex.library.system import run_as_user
from local.emulators.salesforce.apex.values import (
    ApexList,
    ApexSet,
    EnumConstant,
    Instance,
    same,
)

if TYPE_CHECKING:
    from local.emulators.salesforce.apex.machine import Machine


class Executor:
    """Runs statements in a frame and reports their lines to the coverage."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._runners: dict[type, Callable[[Any, Frame], None]] = {
            syntax.Block: self._block,
            syntax.LocalVariables: self._local_variables,
            syntax.Evaluate: self._evaluate,
            syntax.If: self._if,
            syntax.While: self._while,
            syntax.For: self._for,
            syntax.ForEach: self._for_each,
            syntax.Try: self._try,
            syntax.Throw: self._throw,
            syntax.Return: self._return,
            syntax.Break: self._break,
            syntax.Continue: self._continue,
            syntax.Switch: self._switch,
            syntax.RunAs: self._run_as,
            syntax.ConstructorCall: self._constructor_call,
        }

    def run(self, node: syntax.Statement, frame: Frame) -> None:
        """Run one statement; a jump out of it is Returned, Broke, Continued or Thrown."""
        if not isinstance(node, syntax.Block):
            self._machine.place = node.place
            if self._machine.session.coverage is not None:
                self._machine.session.coverage.hit(node.place)
        try:
            self._runners[type(node)](node, frame)
        except ApexFailure as failure:
            failure.locate(node.place)
            raise

    def _block(self, node: syntax.Block, frame: Frame) -> None:
        frame.scopes.append({})
        try:
            for statement in node.statements:
                self.run(statement, frame)
        finally:
            frame.scopes.pop()

    def _local_variables(self, node: syntax.LocalVariables, frame: Frame) -> None:
        self._machine.conversions.check(node.type, frame.cls)
        for name, initial in node.variables:
            value = None
            if initial is not None:
                value = self._machine.evaluator.value(initial, frame)
                value = self._machine.coerce(value, node.type, frame.cls)
            frame.declare(name, Variable(node.type, value, node.final))

    def _evaluate(self, node: syntax.Evaluate, frame: Frame) -> None:
        self._machine.evaluator.value(node.expression, frame)

    def _if(self, node: syntax.If, frame: Frame) -> None:
        if self._machine.evaluator.condition(node.condition, frame):
            self.run(node.then, frame)
        elif node.otherwise is not None:
            self.run(node.otherwise, frame)

    def _while(self, node: syntax.While, frame: Frame) -> None:
        holds = node.at_end or self._machine.evaluator.condition(node.condition, frame)
        while holds:
            if not self._round(node.body, frame):
                return
            holds = self._machine.evaluator.condition(node.condition, frame)

    def _for(self, node: syntax.For, frame: Frame) -> None:
        frame.scopes.append({})
        try:
            if node.init is not None:
                self.run(node.init, frame)
            while node.condition is None or self._machine.evaluator.condition(
                node.condition, frame
            ):
                if not self._round(node.body, frame):
                    return
                for update in node.updates:
                    self._machine.evaluator.value(update, frame)
        finally:
            frame.scopes.pop()

    def _for_each(self, node: syntax.ForEach, frame: Frame) -> None:
        items = self._machine.evaluator.value(node.items, frame)
        if items is None:
            self._machine.throw("NullPointerException", "Attempt to de-reference a null object")
        if not isinstance(items, ApexList | ApexSet):
            raise NotApex(f"loop over {self._machine.type_name(items)}", node.place)
        for item in list(items.items if isinstance(items, ApexList) else items):
            frame.scopes.append({})
            try:
                value = self._machine.coerce(item, node.type, frame.cls)
                frame.declare(node.name, Variable(node.type, value))
                if not self._round(node.body, frame):
                    return
            finally:
                frame.scopes.pop()

    def _round(self, body: syntax.Statement, frame: Frame) -> bool:
        """One round of a loop; whether the loop goes on."""
        try:
            self.run(body, frame)
        except Broke:
            return False
        except Continued:
            pass
        return True

    def _try(self, node: syntax.Try, frame: Frame) -> None:
        depth = len(frame.scopes)
        try:
            self.run(node.body, frame)
        except Thrown as thrown:
            del frame.scopes[depth:]
            caught = self._catch(node, thrown.value, frame)
            if caught is None:
                raise
            frame.scopes.append({caught.name.lower(): Variable(caught.type, thrown.value)})
            try:
                self.run(caught.body, frame)
            finally:
                frame.scopes.pop()
        finally:
            if node.final is not None:
                self.run(node.final, frame)

    def _catch(self, node: syntax.Try, value: Instance, frame: Frame) -> syntax.Catch | None:
        for item in node.catches:
            wanted = self._machine.program.classes.find(item.type, frame.cls)
            if wanted is None:
                raise Unsupported(f"catch of {item.type}", item.place)
            if value.cls.is_a(wanted):
                return item
        return None

    def _throw(self, node: syntax.Throw, frame: Frame) -> None:
        value = self._machine.evaluator.value(node.value, frame)
        if value is None:
            self._machine.throw("NullPointerException", "Attempt to de-reference a null object")
        if not isinstance(value, Instance) or not value.cls.is_exception():
            raise NotApex(f"throw of {self._machine.type_name(value)}", node.place)
        thrown = Thrown(value)
        thrown.places.append(node.place)
        raise thrown

    def _return(self, node: syntax.Return, frame: Frame) -> None:
        value = None
        if node.value is not None:
            value = self._machine.evaluator.value(node.value, frame)
        raise Returned(value)

    def _break(self, _: syntax.Break, __: Frame) -> None:
        raise Broke

    def _continue(self, _: syntax.Continue, __: Frame) -> None:
        raise Continued

    def _switch(self, node: syntax.Switch, frame: Frame) -> None:
        value = self._machine.evaluator.value(node.value, frame)
        for rule in node.rules:
            if not rule.values or any(self._matches(value, item, frame) for item in rule.values):
                self.run(rule.body, frame)
                return

    def _matches(self, value: Any, item: syntax.Expression, frame: Frame) -> bool:
        if isinstance(value, EnumConstant) and isinstance(item, syntax.Name):
            return value.name.lower() == item.name.lower()
        wanted = self._machine.evaluator.value(item, frame)
        if isinstance(value, str) and isinstance(wanted, str):
            # Unlike `==`, a switch tells upper from lower case (Apex Developer Guide).
            return str(value) == str(wanted)
        return same(value, wanted)

    def _run_as(self, node: syntax.RunAs, frame: Frame) -> None:
        if self._machine.session.test is None:
            raise NotApex("System.runAs outside a test", node.place)
        user = run_as_user(self._machine.evaluator.value(node.user, frame))
        with self._machine.session.running_as(user):
            self.run(node.body, frame)

    def _constructor_call(self, node: syntax.ConstructorCall, frame: Frame) -> None:
        arguments = [self._machine.evaluator.value(item, frame) for item in node.arguments]
        self._machine.objects.chain(node, arguments, frame)
