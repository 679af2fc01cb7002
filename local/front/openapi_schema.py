"""JSON Schema of an OpenAPI document, flattened to rows, type words and examples."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

MAX_DEPTH = 5
_LIMITS = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minimum": "≥ {}",
    "maximum": "≤ {}",
    "exclusiveMinimum": "> {}",
    "exclusiveMaximum": "< {}",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "pattern": "matches {}",
    "const": "always {}",
}
_SAMPLES: dict[str, Any] = {
    "boolean": True,
    "integer": 1,
    "number": 1,
    "null": None,
    "string": "string",
}
_FORMAT_SAMPLES = {
    "date": "1990-04-01",
    "date-time": "2026-11-22T09:00:00Z",
    "email": "haruka.sato@mail.example",
    "uri": "https://portal.example/",
    "uuid": "0b0a7f3e-6c1d-4d55-9a2e-6f0a1c9c2b11",
    "password": "Sakura-Train-2026!",
}


@dataclass(frozen=True)
class TypeWord:
    """A piece of a type's description; `schema` is set when it names a schema to link to."""

    text: str
    schema: str | None = None


@dataclass(frozen=True, kw_only=True)
class Row:
    """One property, `depth` levels down."""

    depth: int
    name: str
    type: tuple[TypeWord, ...]
    required: bool
    description: str
    limits: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SchemaView:
    """A schema: its own type and the rows of its properties."""

    type: tuple[TypeWord, ...]
    description: str
    limits: tuple[str, ...]
    rows: tuple[Row, ...]


class Schemas:
    """Follows `$ref`s inside one document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document

    def resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        """The object that a local `$ref` points to, or the node itself."""
        reference = node.get("$ref")
        if reference is None:
            return node
        found: Any = self._document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part.replace("~1", "/").replace("~0", "~")]
        return self.resolve(found)

    def view(self, schema: dict[str, Any]) -> SchemaView:
        """A schema as type words and rows."""
        resolved = self.resolve(schema)
        return SchemaView(
            type=self.type_words(schema),
            description=resolved.get("description", ""),
            limits=_limits(resolved),
            rows=tuple(self._rows(schema, 0, ())),
        )

    def type_words(self, schema: dict[str, Any]) -> tuple[TypeWord, ...]:
        """`array of Order`, `string (email)`, `Order or null`, with `Order` a link."""
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[-1]
            return (TypeWord(name, name),)
        alternatives = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
        if alternatives:
            words: list[TypeWord] = []
            for alternative in alternatives:
                words += [TypeWord(" or "), *self.type_words(alternative)]
            return tuple(words[1:])
        kind = schema.get("type", "any")
        if kind == "array":
            return (TypeWord("array of "), *self.type_words(schema.get("items", {})))
        text = " or ".join(kind) if isinstance(kind, list) else str(kind)
        if "format" in schema:
            text += f" ({schema['format']})"
        return (TypeWord(text),)

    def example_json(self, given: Any, schema: dict[str, Any]) -> str:
        """The document's own example, else one made up from the schema, as indented JSON."""
        value = given if given is not None else self._example(schema, ())
        return json.dumps(value, indent=2, ensure_ascii=False)

    def _rows(self, schema: dict[str, Any], depth: int, seen: tuple[str, ...]) -> list[Row]:
        name = schema.get("$ref")
        if name in seen or depth > MAX_DEPTH:
            return []
        seen = (*seen, name) if name else seen
        resolved = self.resolve(schema)
        rows = []
        required = set(resolved.get("required", []))
        for key, value in resolved.get("properties", {}).items():
            target = self.resolve(value)
            rows.append(
                Row(
                    depth=depth,
                    name=key,
                    type=self.type_words(value),
                    required=key in required,
                    description=value.get("description") or target.get("description", ""),
                    limits=_limits(target),
                )
            )
            rows += self._rows(value, depth + 1, seen)
        for nested in self._nested(resolved):
            rows += self._rows(nested, depth, seen)
        return rows

    def _nested(self, resolved: dict[str, Any]) -> list[dict[str, Any]]:
        """Schemas whose properties belong to this one: items and alternatives."""
        nested = [resolved["items"]] if isinstance(resolved.get("items"), dict) else []
        for word in ("allOf", "anyOf", "oneOf"):
            nested += resolved.get(word, [])
        return nested

    def _example(self, schema: dict[str, Any], seen: tuple[str, ...]) -> Any:
        name = schema.get("$ref")
        if name in seen:
            return None
        resolved = self.resolve(schema)
        for word in ("example", "default", "const"):
            if resolved.get(word) is not None:
                return resolved[word]
        for word in ("examples", "enum"):
            if resolved.get(word):
                return resolved[word][0]
        return self._made_up(resolved, (*seen, name) if name else seen)

    def _made_up(self, resolved: dict[str, Any], seen: tuple[str, ...]) -> Any:
        for word in ("anyOf", "oneOf", "allOf"):
            if resolved.get(word):
                return self._example(resolved[word][0], seen)
        kind = resolved.get("type")
        kind = kind[0] if isinstance(kind, list) else kind
        if kind == "array":
            return [self._example(resolved.get("items", {}), seen)]
        if kind == "object" or "properties" in resolved:
            properties = resolved.get("properties", {})
            return {key: self._example(value, seen) for key, value in properties.items()}
        if kind == "string":
            return _FORMAT_SAMPLES.get(resolved.get("format", ""), "string")
        return _SAMPLES.get(str(kind))


def _limits(schema: dict[str, Any]) -> tuple[str, ...]:
    words = [text.format(schema[key]) for key, text in _LIMITS.items() if key in schema]
    if "enum" in schema:
        words.append("one of " + ", ".join(str(value) for value in schema["enum"]))
    if schema.get("default") is not None:
        words.append(f"default {json.dumps(schema['default'], ensure_ascii=False)}")
    return tuple(words)
