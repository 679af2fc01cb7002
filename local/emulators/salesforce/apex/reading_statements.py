"""Converts statements from tree-sitter's nodes to `syntax`."""

from __future__ import annotations

from collections.abc import Callable

from tree_sitter import Node as TreeNode

from local.emulators.salesforce.apex import syntax
from local.emulators.salesforce.apex.errors import Place
from local.emulators.salesforce.apex.reading_expressions import Expressions, read_type
from local.emulators.salesforce.apex.source import (
    Source,
    child,
    children,
    need,
    only,
    part,
    text_of,
)


class Statements:
    """Reads the statements of one file."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.expressions = Expressions(source)
        self._readers: dict[str, Callable[[TreeNode], syntax.Statement]] = {
            "block": self.block,
            "local_variable_declaration": self._local_variables,
            "expression_statement": self._evaluate,
            "if_statement": self._if,
            "while_statement": lambda node: self._while(node, at_end=False),
            "do_statement": lambda node: self._while(node, at_end=True),
            "for_statement": self._for,
            "enhanced_for_statement": self._for_each,
            "try_statement": self._try,
            "throw_statement": self._throw,
            "return_statement": self._return,
            "break_statement": lambda node: syntax.Break(place=self._at(node)),
            "continue_statement": lambda node: syntax.Continue(place=self._at(node)),
            "switch_expression": self._switch,
            "run_as_statement": self._run_as,
            "explicit_constructor_invocation": self._constructor_call,
        }

    def read(self, node: TreeNode) -> syntax.Statement:
        """The statement; raises Unsupported with its place."""
        reader = self._readers.get(node.type)
        if reader is None:
            raise self._source.unsupported(node)
        return reader(node)

    def block(self, node: TreeNode) -> syntax.Block:
        """A block or the body of a constructor."""
        statements = tuple(self.read(item) for item in children(node))
        return syntax.Block(place=self._at(node), statements=statements)

    def _at(self, node: TreeNode) -> Place:
        return self._source.place(node)

    def _local_variables(self, node: TreeNode) -> syntax.Statement:
        variables = []
        for item in node.children_by_field_name("declarator"):
            value = part(item, "value")
            variables.append(
                (
                    self._source.identifier(need(item, "name")),
                    None if value is None else self.expressions.read(value),
                )
            )
        modifiers = child(node, "modifiers")
        return syntax.LocalVariables(
            place=self._at(node),
            type=read_type(need(node, "type")),
            variables=tuple(variables),
            final=modifiers is not None and text_of(modifiers).lower() == "final",
        )

    def _evaluate(self, node: TreeNode) -> syntax.Statement:
        return syntax.Evaluate(place=self._at(node), expression=self.expressions.read(only(node)))

    def _if(self, node: TreeNode) -> syntax.Statement:
        otherwise = part(node, "alternative")
        return syntax.If(
            place=self._at(node),
            condition=self.expressions.read(need(node, "condition")),
            then=self.read(need(node, "consequence")),
            otherwise=None if otherwise is None else self.read(otherwise),
        )

    def _while(self, node: TreeNode, *, at_end: bool) -> syntax.Statement:
        return syntax.While(
            place=self._at(node),
            condition=self.expressions.read(need(node, "condition")),
            body=self.read(need(node, "body")),
            at_end=at_end,
        )

    def _for(self, node: TreeNode) -> syntax.Statement:
        init, condition = part(node, "init"), part(node, "condition")
        if init is not None and init.type != "local_variable_declaration":
            raise self._source.unsupported(init)
        updates = node.children_by_field_name("update")
        return syntax.For(
            place=self._at(node),
            init=None if init is None else self._local_variables(init),
            condition=None if condition is None else self.expressions.read(condition),
            updates=tuple(self.expressions.read(item) for item in updates if item.is_named),
            body=self.read(need(node, "body")),
        )

    def _for_each(self, node: TreeNode) -> syntax.Statement:
        return syntax.ForEach(
            place=self._at(node),
            type=read_type(need(node, "type")),
            name=self._source.identifier(need(node, "name")),
            items=self.expressions.read(need(node, "value")),
            body=self.read(need(node, "body")),
        )

    def _try(self, node: TreeNode) -> syntax.Statement:
        catches = []
        for item in children(node, "catch_clause"):
            caught = child(item, "formal_parameter")
            if caught is None:
                raise self._source.unsupported(item)
            catches.append(
                syntax.Catch(
                    place=self._at(item),
                    type=read_type(need(caught, "type")),
                    name=self._source.identifier(need(caught, "name")),
                    body=self.block(need(item, "body")),
                )
            )
        final = child(node, "finally_clause")
        return syntax.Try(
            place=self._at(node),
            body=self.block(need(node, "body")),
            catches=tuple(catches),
            final=None if final is None else self.block(only(final)),
        )

    def _throw(self, node: TreeNode) -> syntax.Statement:
        return syntax.Throw(place=self._at(node), value=self.expressions.read(only(node)))

    def _return(self, node: TreeNode) -> syntax.Statement:
        value = child(node)
        return syntax.Return(
            place=self._at(node),
            value=None if value is None else self.expressions.read(value),
        )

    def _switch(self, node: TreeNode) -> syntax.Statement:
        rules = []
        for rule in children(need(node, "body"), "switch_rule"):
            label, body = children(rule)
            if child(label, "when_sobject_type") is not None:
                raise self._source.unsupported(label)
            rules.append(
                syntax.When(
                    place=self._at(rule),
                    values=tuple(self.expressions.read(item) for item in children(label)),
                    body=self.block(body),
                )
            )
        return syntax.Switch(
            place=self._at(node),
            value=self.expressions.read(need(node, "condition")),
            rules=tuple(rules),
        )

    def _run_as(self, node: TreeNode) -> syntax.Statement:
        user, body = children(node)
        return syntax.RunAs(
            place=self._at(node), user=self.expressions.read(user), body=self.block(body)
        )

    def _constructor_call(self, node: TreeNode) -> syntax.Statement:
        return syntax.ConstructorCall(
            place=self._at(node),
            of_super=text_of(need(node, "constructor")).lower() == "super",
            arguments=self.expressions.arguments(part(node, "arguments")),
        )
