"""The OpenAPI document turned into what the viewer's template prints.

Nothing here touches the network or HTML: `read_api` gives plain dataclasses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from local.front.openapi_schema import Schemas, SchemaView, TypeWord

HTTP_METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
SIGNATURE_HEADER = "X-Portal-Signature"


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A path, query, header or cookie parameter."""

    name: str
    place: str
    required: bool
    type: tuple[TypeWord, ...]
    description: str


@dataclass(frozen=True, kw_only=True)
class Body:
    """One media type of a request or answer."""

    media_type: str
    schema: SchemaView
    example: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One documented response."""

    status: str
    description: str
    body: Body | None


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One endpoint; `access` is `public`, `bearer` or `signed`."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    access: str
    parameters: tuple[Parameter, ...]
    body: Body | None
    answers: tuple[Answer, ...]


@dataclass(frozen=True, kw_only=True)
class Group:
    """Endpoints that belong together."""

    name: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True, kw_only=True)
class ApiView:
    """The whole document."""

    title: str
    version: str
    description: str
    groups: tuple[Group, ...]
    schemas: tuple[tuple[str, SchemaView], ...]


def read_api(document: dict[str, Any]) -> ApiView:
    """Make a view of an OpenAPI 3.x document; only local `$ref`s are followed."""
    schemas = Schemas(document)
    groups: dict[str, list[Operation]] = {}
    for path, item in document.get("paths", {}).items():
        for method in HTTP_METHODS:
            if method in item:
                operation = _operation(document, schemas, path, method, item)
                groups.setdefault(_group_name(path, item[method]), []).append(operation)
    info = document.get("info", {})
    named = document.get("components", {}).get("schemas", {})
    return ApiView(
        title=info.get("title", "API"),
        version=info.get("version", ""),
        description=info.get("description", ""),
        groups=tuple(Group(name=n, operations=tuple(ops)) for n, ops in groups.items()),
        schemas=tuple((name, schemas.view(named[name])) for name in sorted(named)),
    )


def _operation(
    document: dict[str, Any], schemas: Schemas, path: str, method: str, item: dict[str, Any]
) -> Operation:
    operation = item[method]
    declared = [*item.get("parameters", []), *operation.get("parameters", [])]
    parameters = tuple(_parameter(schemas, schemas.resolve(p)) for p in declared)
    request = schemas.resolve(operation.get("requestBody", {}))
    answers = tuple(
        _answer(schemas, str(status), schemas.resolve(answer))
        for status, answer in operation.get("responses", {}).items()
    )
    return Operation(
        id=f"{method}-{path.strip('/').replace('/', '-').replace('{', '').replace('}', '')}",
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        description=operation.get("description", ""),
        access=_access(document, operation, parameters),
        parameters=parameters,
        body=_body(schemas, request),
        answers=answers,
    )


def _group_name(path: str, operation: dict[str, Any]) -> str:
    tags = operation.get("tags") or []
    return str(tags[0]) if tags else path.strip("/").split("/")[0]


def _access(
    document: dict[str, Any], operation: dict[str, Any], parameters: tuple[Parameter, ...]
) -> str:
    needed = operation.get("security", document.get("security", []))
    known = document.get("components", {}).get("securitySchemes", {})
    schemes = [known.get(name, {}) for requirement in needed for name in requirement]
    headers = {s.get("name", "") for s in schemes} | {p.name for p in parameters}
    if SIGNATURE_HEADER.lower() in {name.lower() for name in headers}:
        return "signed"
    return "bearer" if schemes else "public"


def _parameter(schemas: Schemas, parameter: dict[str, Any]) -> Parameter:
    return Parameter(
        name=parameter["name"],
        place=parameter["in"],
        required=bool(parameter.get("required")),
        type=schemas.type_words(parameter.get("schema", {})),
        description=parameter.get("description", ""),
    )


def _answer(schemas: Schemas, status: str, answer: dict[str, Any]) -> Answer:
    return Answer(
        status=status,
        description=answer.get("description", ""),
        body=_body(schemas, answer),
    )


def _body(schemas: Schemas, holder: dict[str, Any]) -> Body | None:
    for media_type, media in holder.get("content", {}).items():
        schema = media.get("schema", {})
        return Body(
            media_type=media_type,
            schema=schemas.view(schema),
            example=schemas.example_json(media.get("example"), schema),
        )
    return None
