"""The REST API below `/services/data/vXX.X`: from path to handler."""

from __future__ import annotations

from http import HTTPStatus

from local.emulators.salesforce.errors import ApiError, not_found
from local.emulators.salesforce.org import Org
from local.emulators.salesforce.rest.collections import Collections
from local.emulators.salesforce.rest.composite import Composite
from local.emulators.salesforce.rest.describe import basic, describe, describe_global
from local.emulators.salesforce.rest.messages import (
    Answer,
    ApiRequest,
    method_not_allowed,
    refusal,
)
from local.emulators.salesforce.rest.queries import Queries
from local.emulators.salesforce.rest.records import Records
from local.emulators.salesforce.rest.tree import Trees
from local.emulators.salesforce.schema import SObject

_RESOURCES = ("sobjects", "query", "queryAll", "limits", "composite", "ui-api")


class Api:
    """Answers requests of users that are already known."""

    def __init__(self, org: Org) -> None:
        self._org = org
        self._records = Records(org)
        self._queries = Queries(org)
        self._collections = Collections(org)
        self._composite = Composite(org, self.handle)
        self._trees = Trees(org)

    def handle(self, request: ApiRequest) -> Answer:
        """The answer; refusals become answers too, and leave no trace in the records."""
        try:
            with self._org.store.savepoint():
                return self._route(request)
        except ApiError as error:
            return refusal(error)

    def _route(self, request: ApiRequest) -> Answer:
        area = request.segments[0] if request.segments else ""
        if area == "":
            base = f"/services/data/v{request.version}"
            return Answer(HTTPStatus.OK, {name: f"{base}/{name}" for name in _RESOURCES})
        if area == "sobjects":
            return self._sobjects(request, request.segments[1:])
        if area == "composite":
            return self._composites(request, request.segments[1:])
        if area in {"query", "queryAll", "limits", "ui-api"} and request.method != "GET":
            raise method_not_allowed(request.method, "GET", "HEAD")
        if area in {"limits", "ui-api"}:
            return self._limits() if area == "limits" else self._duplicates(request)
        if area in {"query", "queryAll"}:
            if len(request.segments) == 1:
                return self._queries.start(request)
            return self._queries.more(request, request.segments[1])
        raise not_found()

    def _sobjects(self, request: ApiRequest, parts: tuple[str, ...]) -> Answer:
        if not parts:
            return Answer(HTTPStatus.OK, describe_global(self._org.schema, request.version))
        sobject = self._sobject(parts[0])
        match parts[1:]:
            case ():
                return self._whole_object(request, sobject)
            case ("describe",):
                return Answer(
                    HTTPStatus.OK, describe(sobject, request.version, self._org.status_names())
                )
            case (record_id,):
                return self._records.by_id(request, sobject, record_id)
            case (key, value):
                return self._records.by_key(request, sobject, key, value)
        raise not_found()

    def _whole_object(self, request: ApiRequest, sobject: SObject) -> Answer:
        if request.method == "GET":
            return Answer(HTTPStatus.OK, basic(sobject, request.version))
        if request.method == "POST":
            return self._records.create(request, sobject)
        raise method_not_allowed(request.method, "GET", "HEAD", "POST")

    def _composites(self, request: ApiRequest, parts: tuple[str, ...]) -> Answer:
        if parts[:1] != ("sobjects",) and request.method != "POST":
            raise method_not_allowed(request.method, "POST")
        whole = {
            (): self._composite.composite,
            ("graph",): self._composite.graph,
            ("batch",): self._composite.batch,
            ("sobjects",): self._collections.handle,
        }
        if parts in whole:
            return whole[parts](request)
        match parts:
            case ("tree", name):
                return self._trees.create(request, self._sobject(name))
            case ("sobjects", name):
                return self._collections.read(request, self._sobject(name))
            case ("sobjects", name, key):
                return self._collections.upsert(request, self._sobject(name), key)
        raise not_found()

    def _sobject(self, name: str) -> SObject:
        sobject = self._org.schema.find(name)
        if sobject is None:
            raise not_found()
        return sobject

    def _duplicates(self, request: ApiRequest) -> Answer:
        """Duplicate management of an object (User Interface API guide, "Duplicates")."""
        parts = request.segments[1:]
        if len(parts) != 2 or parts[0] != "duplicates":  # noqa: PLR2004  # duplicates/{object}
            raise not_found()
        name = self._sobject(parts[1]).name
        rules = [
            {"apiName": rule, "isActive": True, "label": rule}
            for rule in (
                path.partition(".")[2]
                for path in self._org.switches.duplicate_rules
                if path.partition(".")[0] == name
            )
        ]
        return Answer(
            HTTPStatus.OK,
            {
                "apiName": name,
                "dedupeEnabled": bool(rules),
                "dedupeFields": [],
                "duplicateRules": rules,
                "predupeEnabled": bool(rules),
            },
        )

    def _limits(self) -> Answer:
        limit = self._org.switches.daily_request_limit
        left = max(0, limit - self._org.requests_used)
        return Answer(HTTPStatus.OK, {"DailyApiRequests": {"Max": limit, "Remaining": left}})
