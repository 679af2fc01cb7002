"""`/sobjects/X…`: create, read, update, delete, by id or by external id."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from local.emulators.salesforce import ids
from local.emulators.salesforce.dml import AmbiguousKeyError, Dml
from local.emulators.salesforce.errors import ApiError, not_found
from local.emulators.salesforce.org import Org
from local.emulators.salesforce.rest.messages import Answer, ApiRequest, method_not_allowed
from local.emulators.salesforce.schema import Field, SObject
from local.emulators.salesforce.soql.selection import attributes
from local.emulators.salesforce.store import Record
from local.emulators.salesforce.values import render

_UPSERT_BODY_SINCE = 46.0


class Records:
    """CRUD on single records."""

    def __init__(self, org: Org) -> None:
        self._org = org

    def create(self, request: ApiRequest, sobject: SObject) -> Answer:
        """POST /sobjects/X."""
        record_id = Dml(self._org, request.user_id).insert(sobject, request.data)
        return self._created(request, sobject, record_id, {})

    def by_id(self, request: ApiRequest, sobject: SObject, record_id: str) -> Answer:
        """GET, PATCH or DELETE /sobjects/X/id."""
        dml = Dml(self._org, request.user_id)
        record = dml.existing(sobject, record_id)
        return self._one(request, sobject, record)

    def by_key(self, request: ApiRequest, sobject: SObject, key_name: str, value: str) -> Answer:
        """GET, PATCH (upsert) or DELETE /sobjects/X/ExternalId/value."""
        key = external_key(sobject, key_name)
        dml = Dml(self._org, request.user_id)
        if request.method == "PATCH":
            return self._upsert(request, sobject, key, value)
        found = dml.by_key(sobject, key, value)
        if len(found) > 1:
            return self._choices(request, sobject, [str(record["Id"]) for record in found])
        if not found:
            raise not_found()
        return self._one(request, sobject, found[0])

    def _one(self, request: ApiRequest, sobject: SObject, record: Record) -> Answer:
        check_conditions(request, record)
        record_id = str(record["Id"])
        if request.method == "GET":
            return self._read(request, sobject, record)
        dml = Dml(self._org, request.user_id)
        if request.method == "DELETE":
            dml.delete(sobject, record_id)
        elif request.method == "PATCH":
            dml.update(sobject, record_id, request.data)
        else:
            raise method_not_allowed(request.method, "DELETE", "GET", "HEAD", "PATCH")
        return Answer(HTTPStatus.NO_CONTENT)

    def _read(self, request: ApiRequest, sobject: SObject, record: Record) -> Answer:
        since = _date(request.headers.get("if-modified-since"))
        modified = _modified(record)
        headers = {"Last-Modified": format_datetime(modified, usegmt=True)}
        if since is not None and modified <= since:
            return Answer(HTTPStatus.NOT_MODIFIED, None, headers)
        names = request.query.get("fields")
        fields = chosen(sobject, names.split(",")) if names else list(sobject.fields.values())
        return Answer(HTTPStatus.OK, as_json(sobject, record, fields, request.version), headers)

    def _upsert(self, request: ApiRequest, sobject: SObject, key: Field, value: str) -> Answer:
        dml = Dml(self._org, request.user_id)
        for record in dml.by_key(sobject, key, value):
            check_conditions(request, record)
        try:
            record_id, created = dml.upsert(sobject, key, value, request.data)
        except AmbiguousKeyError as error:
            return self._choices(request, sobject, error.ids)
        with_body = float(request.version) >= _UPSERT_BODY_SINCE
        if created:
            return self._created(
                request, sobject, record_id, {"created": True} if with_body else {}
            )
        if with_body:
            return Answer(HTTPStatus.OK, {**success(record_id), "created": False})
        return Answer(HTTPStatus.NO_CONTENT)

    def _choices(self, request: ApiRequest, sobject: SObject, found: list[str]) -> Answer:
        urls = [_location(request, sobject, record_id) for record_id in found]
        return Answer(HTTPStatus.MULTIPLE_CHOICES, urls)

    def _created(
        self, request: ApiRequest, sobject: SObject, record_id: str, more: dict[str, Any]
    ) -> Answer:
        headers = {"Location": _location(request, sobject, record_id)}
        return Answer(HTTPStatus.CREATED, {**success(record_id), **more}, headers)


def success(record_id: str) -> dict[str, Any]:
    """The body of a successful write."""
    return {"id": record_id, "success": True, "errors": []}


def as_json(sobject: SObject, record: Record, fields: list[Field], version: str) -> dict[str, Any]:
    """A record as GET shows it."""
    body: dict[str, Any] = {"attributes": attributes(sobject, record, version)}
    body.update((field.name, render(field, record.get(field.name))) for field in fields)
    return body


def chosen(sobject: SObject, names: list[str]) -> list[Field]:
    """The named fields; raises ApiError (INVALID_FIELD) for unknown ones."""
    fields = []
    for name in names:
        field = sobject.find(name.strip())
        if field is None:
            raise ApiError(
                "INVALID_FIELD", f"No such column '{name}' on sobject of type {sobject.name}"
            )
        fields.append(field)
    return fields


def external_key(sobject: SObject, name: str) -> Field:
    """The external id field of that name; raises ApiError (404) when it is none."""
    field = sobject.find(name)
    if field is None or not field.key:
        raise not_found(f"Provided external ID field does not exist or is not accessible: {name}")
    return field


def check_conditions(request: ApiRequest, record: Record) -> None:
    """412 when the record changed after If-Unmodified-Since ("Conditional Request Headers")."""
    since = _date(request.headers.get("if-unmodified-since"))
    if since is not None and _modified(record) > since:
        raise ApiError(
            "PRECONDITION_FAILED",
            "The request wasn't executed because a precondition in its headers wasn't satisfied.",
            status=HTTPStatus.PRECONDITION_FAILED,
        )


def _modified(record: Record) -> datetime:
    modified = record["LastModifiedDate"]
    if not isinstance(modified, datetime):
        msg = f"record {record['Id']} has no LastModifiedDate"
        raise TypeError(msg)
    return modified


def _date(header: str | None) -> datetime | None:
    if header is None:
        return None
    try:
        parsed = parsedate_to_datetime(header)
    except ValueError as error:
        raise ApiError("INVALID_DATE_FORMAT", f"invalid HTTP date: {header}") from error
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def _location(request: ApiRequest, sobject: SObject, record_id: str) -> str:
    long = ids.normalise(record_id) or record_id
    return f"/services/data/v{request.version}/sobjects/{sobject.name}/{long}"
