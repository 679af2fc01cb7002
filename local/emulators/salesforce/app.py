"""The Salesforce emulator: HTTP in front of `Api` and `OAuth`.

Seed (`POST /_admin/seed`)::

    {"connectedApps": [{"consumerKey": "…", "consumerSecret": "…", "publicKeyPem": "…",
                        "usernames": ["integration@portal.example"]}],
     "users": [{"username": "operator@portal.example", "permissionSets": ["Portal_Operators"],
                "language": "ja"}],
     "customSettings": {"Portal_Rules__c": {"Provision_Without_Approval__c": false}},
     "credentials": {"Portal_API": {"Portal": {"SigningKey": "…", "KeyId": "…"}}},
     "namedCredentials": {"Portal_API": "http://127.0.0.1:8080/api"},
     "records": {"Product2": [{"Name": "…", "Id": "01t…"}, …], "Order": […]}}

Users have the permission sets and groups that are named, and a language (`en_US` unless said);
`customSettings` are the organization's records of hierarchy custom settings; `credentials` are the
authentication parameters of external credentials by principal, `namedCredentials` replace the URLs
that the project's metadata gives. Apex is called at `/_admin/apex` (see `apex.service`). Accounts
are merged with `POST /_admin/merge {"master": "001…", "duplicates": ["001…"]}` (see `merging`).

Any record may bring its own `Id` (15 or 18 characters, right key prefix); references are plain
ids. Every org has a standard price book, an administrator, an organization and the order statuses
Draft, Pending Review, Cancelled and Activated from the start. State (`GET /_admin/state`) is
`{object: [record, …]}` without deleted records. Operations in the journal: `token`, `revoke`,
`versions`, `limits`, `ui-api`, `query`, `queryAll`, `query more`, `composite`, `composite/graph`,
`composite/sobjects`, `composite/tree`, `composite/batch`, `describe`, `describe Order`, and
`GET|POST|PATCH|DELETE Order`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from local.emulators.kit.emulator import Emulator, explained
from local.emulators.kit.middleware import Incoming
from local.emulators.salesforce.apex.service import ApexService, UserSeed
from local.emulators.salesforce.errors import ApiError
from local.emulators.salesforce.merging import merge_accounts
from local.emulators.salesforce.metadata import project_root
from local.emulators.salesforce.oauth import ConnectedApp, OAuth
from local.emulators.salesforce.org import ADMIN_ID, Org
from local.emulators.salesforce.rest.api import Api
from local.emulators.salesforce.rest.messages import (
    NEWEST,
    OLDEST,
    Answer,
    ApiRequest,
    parse_url,
    refusal,
)
from local.emulators.salesforce.seeding import load
from local.emulators.salesforce.switches import Switches
from local.emulators.salesforce.values import render

_METHODS = ["GET", "POST", "PATCH", "PUT", "DELETE"]
_RECORD_METHODS = ["GET", "POST", "PATCH", "DELETE"]
_OPERATIONS = (
    "token",
    "revoke",
    "versions",
    "limits",
    "ui-api",
    "query",
    "queryAll",
    "query more",
    "composite",
    "composite/graph",
    "composite/sobjects",
    "composite/tree",
    "composite/batch",
    "describe",
)
_DATA = "/services/data"
_LONGEST_URI = 16_384


class _Seed(BaseModel):
    model_config = ConfigDict(extra="forbid")

    connectedApps: list[ConnectedApp] = Field(default_factory=list)  # noqa: N815  # the seed's own names
    users: list[UserSeed] = Field(default_factory=list)
    credentials: dict[str, dict[str, dict[str, str]]] = Field(default_factory=dict)
    customSettings: dict[str, dict[str, str | bool]] = Field(default_factory=dict)  # noqa: N815  # the seed's own names
    namedCredentials: dict[str, str] = Field(default_factory=dict)  # noqa: N815  # the seed's own names
    records: dict[str, list[dict[str, Any]]] = Field(default_factory=dict)


class _Merge(BaseModel):
    model_config = ConfigDict(extra="forbid")

    master: str
    duplicates: list[str]


class SalesforceEmulator(Emulator[Switches]):
    """An org with the custom fields of the SFDX project `project` (default: the portal's)."""

    name = "salesforce"

    def __init__(self, project: Path | None = None) -> None:
        super().__init__(Switches())
        self._org = Org(self.clock, lambda: self.switches, project)
        self._oauth = OAuth(self._org)
        self._apex = ApexService(self._org, project or project_root())
        self.api = Api(self._org)

    def routes(self) -> Sequence[BaseRoute]:
        """Token endpoint, REST API, and the way to Apex."""
        return [
            *self._apex.routes(),
            Route("/_admin/merge", explained(self._merge), methods=["POST"]),
            Route("/services/oauth2/token", self._token, methods=["POST"]),
            Route("/services/oauth2/revoke", self._revoke, methods=["POST"]),
            Route(_DATA, self._versions, methods=["GET"]),
            Route(f"{_DATA}/", self._versions, methods=["GET"]),
            Route(f"{_DATA}/{{rest:path}}", self._data, methods=_METHODS),
        ]

    def name_operation(self, incoming: Incoming) -> str:
        """Return the name of the operation. The module's docstring lists the names."""
        path = incoming.path.rstrip("/")
        if path.startswith("/services/oauth2/"):
            return path.rpartition("/")[2]
        segments = path.removeprefix(_DATA).strip("/").split("/")[1:]
        return _operation(incoming.method, segments) if segments else "versions"

    def operations(self) -> Collection[str]:
        """Return the names of the module's docstring for every object of the org."""
        objects = [sobject.name for sobject in self._org.schema.all()]
        return {
            *_OPERATIONS,
            *(f"describe {name}" for name in objects),
            *(f"{method} {name}" for method in _RECORD_METHODS for name in objects),
        }

    def clear(self) -> None:
        """Remove all records, connected apps and sessions."""
        self._oauth.clear()
        self._org.clear()
        self._apex.clear()
        self.api = Api(self._org)

    def seed(self, data: dict[str, Any]) -> None:
        """Add connected apps and records; see this module's description."""
        seed = _Seed.model_validate(data)
        load(self._org, seed.records)
        self._apex.add_users(seed.users)
        self._apex.set_rules(seed.customSettings)
        self._apex.set_credentials(seed.credentials, seed.namedCredentials)
        for app in seed.connectedApps:
            self._oauth.register(app)
        self._org.store.forget_undo()

    def dump(self) -> dict[str, Any]:
        """All records by object, as the API would show them."""
        return {sobject.name: self.records(sobject.name) for sobject in self._org.schema.all()}

    def records(self, name: str) -> list[dict[str, Any]]:
        """The records of one object, as the API would show them."""
        sobject = self._org.schema.get(name)
        return [
            {name: render(field, record.get(name)) for name, field in _named(sobject.fields)}
            for record in self._org.store.records(sobject)
        ]

    def contents(self) -> Any:
        """Records and connected apps; Apex's users, settings and credentials are not saved."""
        return self._org.store, self._oauth.apps

    def take(self, contents: Any) -> None:
        """See `contents`."""
        self._org.store, apps = contents
        for app in apps:
            self._oauth.register(app)

    def set_switches(self, changes: dict[str, Any]) -> None:
        """Change switches. Raises ValueError also for a field that no org can hide."""
        for switch in ("hidden_fields", "read_only_fields"):
            for path in changes.get(switch, []):
                self._org.check_can_restrict(str(path))
        super().set_switches(changes)
        self._org.follow_switches()

    async def _merge(self, request: Request) -> Response:
        wanted = _Merge.model_validate(await request.json())
        merge_accounts(self._org, wanted.master, wanted.duplicates, ADMIN_ID)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def _token(self, request: Request) -> Response:
        body = (await request.body()).decode("utf-8", "replace")
        form = dict(parse_qsl(body, keep_blank_values=True))
        authorization = request.headers.get("authorization", "")
        answer = self._oauth.token(form, authorization, _base_url(request))
        return JSONResponse(
            answer.body, status_code=answer.status, headers={"Cache-Control": "no-cache, no-store"}
        )

    async def _revoke(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        if self._oauth.revoke(form.get("token", "")):
            return Response(status_code=HTTPStatus.OK)
        body = {"error": "invalid_token", "error_description": "invalid token"}
        return JSONResponse(body, status_code=HTTPStatus.BAD_REQUEST)

    async def _versions(self, _: Request) -> Response:
        versions = [
            {"version": f"{n}.0", "label": f"API {n}", "url": f"{_DATA}/v{n}.0"}
            for n in range(OLDEST, NEWEST + 1)
        ]
        return JSONResponse(versions)

    async def _data(self, request: Request) -> Response:
        raw = await request.body()
        self._org.requests_used += 1
        self._org.follow_switches()
        try:
            _check_length(request)
            answer = self.api.handle(self._read(request, raw))
        except ApiError as error:
            answer = refusal(error)
        self._org.store.forget_undo()
        return self._respond(answer)

    def _read(self, request: Request, raw: bytes) -> ApiRequest:
        self._check_availability()
        user_id = self._authenticate(request.headers.get("authorization", ""))
        target = request.scope["raw_path"].decode("latin-1")
        query = request.scope["query_string"].decode("latin-1")
        version, segments, parameters = parse_url(f"{target}?{query}")
        return ApiRequest(
            method=request.method,
            version=version,
            segments=segments,
            query=parameters,
            body=_json(raw, request.headers.get("content-type", "")),
            headers=dict(request.headers),
            user_id=user_id,
        )

    def _check_availability(self) -> None:
        if self.switches.kill_sessions:
            self._oauth.end_sessions()
            self.set_switches({"kill_sessions": False})
        if self.switches.api_disabled:
            raise ApiError(
                "API_DISABLED_FOR_ORG",
                "The REST API is not enabled for this Organization.",
                status=HTTPStatus.FORBIDDEN,
            )
        if self.switches.request_limit_reached:
            raise ApiError(
                "REQUEST_LIMIT_EXCEEDED",
                "TotalRequests Limit exceeded.",
                status=HTTPStatus.FORBIDDEN,
            )

    def _authenticate(self, authorization: str) -> str:
        scheme, _, token = authorization.partition(" ")
        if authorization and scheme.lower() not in {"bearer", "oauth"}:
            raise ApiError(
                "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE", status=HTTPStatus.UNAUTHORIZED
            )
        user_id = None if self.switches.reject_sessions else self._oauth.user_of(token.strip())
        if user_id is None:
            raise ApiError(
                "INVALID_SESSION_ID",
                "Session expired or invalid",
                status=HTTPStatus.UNAUTHORIZED,
            )
        return user_id

    def _respond(self, answer: Answer) -> Response:
        limit = self.switches.daily_request_limit
        headers = {
            **answer.headers,
            "Sforce-Limit-Info": f"api-usage={self._org.requests_used}/{limit}",
        }
        if answer.body is None:
            return Response(status_code=answer.status, headers=headers)
        return JSONResponse(answer.body, status_code=answer.status, headers=headers)


def _check_length(request: Request) -> None:
    """Refuse a URI that is too long. In Salesforce, URI and headers share about 16 KB."""
    length = len(request.scope["raw_path"]) + len(request.scope["query_string"])
    if length > _LONGEST_URI:
        raise ApiError("URI_TOO_LONG", "URI Too Long", status=HTTPStatus.REQUEST_URI_TOO_LONG)


def _operation(method: str, segments: list[str]) -> str:
    match segments:
        case ["query" | "queryAll", _]:
            return "query more"
        case ["composite", kind, *_]:
            return f"composite/{kind}"
        case ["sobjects"]:
            return "describe"
        case ["sobjects", name, "describe"]:
            return f"describe {name}"
        case ["sobjects", name, *_]:
            return f"{method} {name}"
    return segments[0]


def _base_url(request: Request) -> str:
    return f"{request.url.scheme}://{request.headers.get('host', 'localhost')}"


def _named(fields: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(field.name, field) for field in fields.values()]


def _json(raw: bytes, content_type: str) -> Any:
    if not raw:
        return None
    kind = content_type.partition(";")[0].strip().lower()
    if kind != "application/json":
        raise ApiError(
            "UNSUPPORTED_MEDIA_TYPE",
            f"Content type {kind or 'unknown'} not supported",
            status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        )
    try:
        return json.loads(raw)
    except ValueError as error:
        detail = (
            f"[line:{error.lineno}, column:{error.colno}]"
            if isinstance(error, json.JSONDecodeError)
            else "[line:1, column:1]"
        )
        raise ApiError("JSON_PARSER_ERROR", f"Unexpected character at {detail}") from error
