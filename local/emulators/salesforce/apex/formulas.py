"""Evaluates the formulas in custom headers of named and external credentials.

Source: Salesforce Help, "Named Credential Formula Functions". It models string literals, `&`,
`$Credential.<external credential>.<parameter>` and `.Body`, and the functions BLOB, HEX, HASH,
HMAC, BASE64ENCODE and BASE64DECODE. Text around the braces is kept. A formula has at most 3,900
characters, and a result at most 1,300. The documentation of several parts together allows literals
inside a formula that Apex sets. No org has confirmed it yet (salesforce/README.md).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

LONGEST_FORMULA = 3_900
LONGEST_RESULT = 1_300
_FORMULA = re.compile(r"\{!((?:'(?:[^'\\]|\\.)*'|[^'}])*)\}")
_TOKEN = re.compile(
    r"\s*(?:'(?P<text>(?:[^'\\]|\\.)*)'|(?P<name>[$A-Za-z_][\w.$]*)|(?P<mark>[(),&]))"
)
_ALGORITHM = "SHA-256"
Value = str | bytes


class FormulaError(ValueError):
    """The platform would not evaluate the formula; the callout fails."""


@dataclass(frozen=True)
class Context:
    """What a formula can read: parameters by external credential, and the request's body."""

    parameters: Mapping[str, Mapping[str, str]]
    body: str


def merge(text: str, context: Context) -> str:
    """The text with every `{!…}` in it evaluated; raises FormulaError."""
    merged = _FORMULA.sub(lambda match: evaluate(match.group(1), context), text)
    if "{!" in _FORMULA.sub("", text):
        raise FormulaError(f"the formula in {text!r} does not end")
    return merged


def evaluate(formula: str, context: Context) -> str:
    """The text that one formula stands for; raises FormulaError."""
    if len(formula) > LONGEST_FORMULA:
        raise FormulaError(f"a formula has at most {LONGEST_FORMULA} characters")
    parser = _Parser(formula, context)
    value = parser.expression()
    parser.end()
    if isinstance(value, bytes):
        raise FormulaError("a header needs text: use HEX or BASE64ENCODE")
    if len(value) > LONGEST_RESULT:
        raise FormulaError(f"the value of a formula has at most {LONGEST_RESULT} characters")
    return value


class _Parser:
    def __init__(self, formula: str, context: Context) -> None:
        self._context = context
        self._tokens = _tokens(formula)
        self._at = 0

    def expression(self) -> Value:
        value = self._term()
        while self._skip("&"):
            more = self._term()
            if isinstance(value, bytes) or isinstance(more, bytes):
                raise FormulaError("& joins texts, not BLOBs")
            value += more
        return value

    def end(self) -> None:
        if self._at != len(self._tokens):
            raise FormulaError(f"unexpected {self._tokens[self._at][1]!r}")

    def _term(self) -> Value:
        kind, text = self._take()
        if kind == "text":
            return re.sub(r"\\(.)", r"\1", text)
        if kind == "mark":
            raise FormulaError(f"unexpected {text!r}")
        if not self._skip("("):
            return self._merge_field(text)
        arguments = [self.expression()]
        while self._skip(","):
            arguments.append(self.expression())
        if not self._skip(")"):
            raise FormulaError(f"{text}: a closing bracket is missing")
        return _call(text, arguments)

    def _merge_field(self, name: str) -> Value:
        root, _, rest = name.partition(".")
        credential, _, parameter = rest.partition(".")
        if root != "$Credential" or not parameter:
            raise FormulaError(f"unknown merge field {name}")
        if credential not in self._context.parameters:
            raise FormulaError(f"there is no external credential {credential}")
        if parameter == "Body":
            return self._context.body.encode()
        values = self._context.parameters[credential]
        if parameter not in values:
            raise FormulaError(f"{credential} has no authentication parameter {parameter}")
        return values[parameter]

    def _take(self) -> tuple[str, str]:
        if self._at == len(self._tokens):
            raise FormulaError("the formula ends too early")
        self._at += 1
        return self._tokens[self._at - 1]

    def _skip(self, mark: str) -> bool:
        found = self._tokens[self._at : self._at + 1] == [("mark", mark)]
        self._at += found
        return found


def _tokens(formula: str) -> list[tuple[str, str]]:
    tokens, at, text = [], 0, formula.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise FormulaError(f"cannot read the formula at {text[at : at + 20]!r}")
        kind = str(match.lastgroup)
        tokens.append((kind, match.group(kind)))
        at = match.end()
    return tokens


def _call(name: str, arguments: list[Value]) -> Value:
    function = _FUNCTIONS.get(name.upper())
    if function is None:
        raise FormulaError(f"unknown function {name}")
    kinds, run = function
    given = tuple(type(item) for item in arguments)
    if given != kinds:
        raise FormulaError(f"{name} takes {_names(kinds)}, not {_names(given)}")
    return run(*arguments)


def _names(kinds: tuple[type, ...]) -> str:
    return "(" + ", ".join("BLOB" if kind is bytes else "text" for kind in kinds) + ")"


def _algorithm(name: str) -> None:
    if name != _ALGORITHM:
        raise FormulaError(f"the only algorithm is '{_ALGORITHM}'")


def _hash(algorithm: str, value: bytes) -> bytes:
    _algorithm(algorithm)
    return hashlib.sha256(value).digest()


def _hmac(algorithm: str, value: bytes, key: bytes) -> bytes:
    _algorithm(algorithm)
    if not key:
        raise FormulaError("HMAC needs a key")
    return hmac.new(key, value, hashlib.sha256).digest()


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise FormulaError("BASE64DECODE takes base64") from error


_FUNCTIONS: dict[str, tuple[tuple[type, ...], Callable[..., Value]]] = {
    "BLOB": ((str,), str.encode),
    "HEX": ((bytes,), bytes.hex),
    "HASH": ((str, bytes), _hash),
    "HMAC": ((str, bytes, bytes), _hmac),
    "BASE64ENCODE": ((bytes,), lambda value: base64.b64encode(value).decode()),
    "BASE64DECODE": ((str,), _decode),
}
