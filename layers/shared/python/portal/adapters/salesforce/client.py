"""A client of the Salesforce REST API over simple-salesforce: session, renewal, failure classes.

Only `restful` of simple-salesforce is used. Its object types (`sf.Order.get`) recurse without end
when every call is answered 401 (simple-salesforce issue 804), and join ids into URLs. Its logins
only accept hosts under salesforce.com, so `login.py` fetches the token.
"""

from __future__ import annotations

import re
from decimal import Decimal
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from portal import correlation
from portal.adapters.guard import Guard, unguarded
from portal.adapters.http import Call, Transport
from portal.adapters.salesforce.failures import (
    UPSTREAM,
    error_code,
    of_answer,
    of_parts,
)
from portal.adapters.salesforce.library import simple_salesforce
from portal.adapters.salesforce.login import Login
from portal.domain.upstream import OutcomeUnknown, Unavailable, UpstreamError
from portal.observability import count, gauge

if TYPE_CHECKING:
    from simple_salesforce.api import Salesforce

READ_SECONDS = 20.0
SESSION_EXPIRED = "INVALID_SESSION_ID"
# Matches names, ids, percent-encoded keys and a graph's references (`@{order.id}`), but never a
# scheme, host or query.
_SEGMENT = r"(?:[A-Za-z0-9_.~%-]+|@\{[A-Za-z0-9_.\[\]]+\})"
_REST_PATH = re.compile(rf"{_SEGMENT}(?:/{_SEGMENT})*")


class SalesforceClient:
    """A client of one org. It keeps the session for the life of the execution environment."""

    def __init__(
        self,
        *,
        url: str,
        api_version: str,
        login: Login,
        transport: Transport | None = None,
        guard: Guard = unguarded,
    ) -> None:
        self._url = url.rstrip("/")
        self._api_version = api_version
        self._login = login
        self._transport = transport or Transport(UPSTREAM, read_seconds=READ_SECONDS)
        self._guard = guard
        self._session: Salesforce | None = None

    @property
    def base_path(self) -> str:
        """The path of the API version, which the parts of a composite begin with."""
        return f"/services/data/v{self._api_version}"

    def query(self, soql: str, *, with_deleted: bool = False) -> list[dict[str, Any]]:
        """Return all records of a query. It makes one call per 2,000 records.

        `with_deleted` includes the recycle bin (queryAll), which has merged records. Build `soql`
        with `library.format_soql`, which quotes the values.
        """
        path = "queryAll" if with_deleted else "query"
        return self._all(self.request("GET", path, operation="query", params={"q": soql}))

    def query_with_describe(
        self, soql: str, sobject: str, *, operation: str
    ) -> tuple[list[dict[str, Any]], Any]:
        """Return all records of a query and the describe of an object, by one composite call.

        The describe is None when it was refused. Raises the errors of the query.
        """
        prefix = f"/services/data/v{self._api_version}"
        parts = [
            {
                "method": "GET",
                "url": f"{prefix}/query/?q={quote(soql, safe='')}",
                "referenceId": "query",
            },
            {
                "method": "GET",
                "url": f"{prefix}/sobjects/{_rest_path(sobject)}/describe",
                "referenceId": "describe",
            },
        ]
        answer = self.request(
            "POST",
            "composite",
            operation=operation,
            json={"allOrNone": False, "compositeRequest": parts},
        )
        try:
            found = {part["referenceId"]: part for part in answer["compositeResponse"]}
            queried, described = found["query"], found["describe"]
            succeeded = described["httpStatusCode"] == HTTPStatus.OK
        except (KeyError, TypeError):
            raise Unavailable(UPSTREAM, operation, "the answer is not a composite's") from None
        error = of_parts(operation, [queried], sent=soql)
        if error is not None:
            raise error
        return self._all(queried["body"]), described["body"] if succeeded else None

    def _all(self, page: Any) -> list[dict[str, Any]]:
        """Return the records of a query whose first page is given."""
        records = _records(page)
        seen: set[str] = set()
        while page.get("done") is False:
            following = self._following(page)
            if following in seen:
                raise Unavailable(UPSTREAM, "query", "the pages of the answer lead in a circle")
            seen.add(following)
            page = self.request("GET", following, operation="query")
            records.extend(_records(page))
        return records

    def graph(self, nodes: list[dict[str, Any]], *, operation: str) -> dict[str, dict[str, Any]]:
        """Send one all-or-nothing composite graph. Returns the answers by `referenceId`.

        `nodes` are `{method, url, referenceId, body}` with `url` relative to the API version.
        Raises PartRefused with the errorCode of the failed part when Salesforce rolled back. The
        HTTP status of such an answer is 200.
        """
        prefix = f"/services/data/v{self._api_version}/"
        absolute = [{**node, "url": prefix + _rest_path(node["url"])} for node in nodes]
        payload = {"graphs": [{"graphId": "1", "compositeRequest": absolute}]}
        answer = self.request(
            "POST", "composite/graph", operation=operation, json=payload, writes=True
        )
        try:
            (graph,) = answer["graphs"]
            parts = graph["graphResponse"]["compositeResponse"]
            if graph["isSuccessful"] is True:
                return {part["referenceId"]: part["body"] for part in parts}
        except (KeyError, TypeError, ValueError):
            raise OutcomeUnknown(UPSTREAM, operation, "the answer is no composite graph") from None
        raise of_parts(operation, parts, sent=nodes) or OutcomeUnknown(
            UPSTREAM, operation, "rolled back without a reason"
        )

    def request(
        self,
        method: str,
        path: str,
        *,
        operation: str,
        params: dict[str, str] | None = None,
        json: Any = None,
        headers: dict[str, str] | None = None,
        writes: bool = False,
        repeatable: bool = False,
    ) -> Any:
        """Make one REST call and return its answer, with numbers as Decimal.

        `path` is relative to the API version. With `repeatable`, a refusal with an unknown
        errorCode is raised as Unavailable, so that it is retried. The session is renewed once when
        Salesforce says that it expired. Raises the errors of `portal.domain.upstream`, and
        ValueError for a path that could leave the API, so check ids that become part of one.
        """
        call = Call(method, _rest_path(path), operation, writes)
        options: dict[str, Any] = {"params": params, "headers": headers or {}}
        if json is not None:
            options["json"] = json
        return self._guard(lambda: self._with_session(call, options, repeatable=repeatable))

    def _with_session(self, call: Call, options: dict[str, Any], *, repeatable: bool) -> Any:
        errors = simple_salesforce().SalesforceError
        try:
            return self._send(call, options)
        except errors as error:
            if error_code(error.content) != SESSION_EXPIRED:
                raise self._failed(call, error, options, repeatable=repeatable) from None
        self._session = None
        try:
            return self._send(call, options)
        except errors as error:
            raise self._failed(call, error, options, repeatable=repeatable) from None

    def _failed(
        self, call: Call, error: Any, options: dict[str, Any], *, repeatable: bool
    ) -> UpstreamError:
        count("UpstreamErrors", upstream=UPSTREAM)
        sent = [options["params"], options.get("json")]
        return of_answer(call, error, sent=sent, repeatable=repeatable)

    def _following(self, page: dict[str, Any]) -> str:
        path = urlsplit(str(page.get("nextRecordsUrl") or "")).path
        relative = path.partition(f"/services/data/v{self._api_version}/")[2]
        if not relative:
            raise Unavailable(UPSTREAM, "query", "a page without an address of the next one")
        return relative

    def _send(self, call: Call, options: dict[str, Any]) -> Any:
        session = self._session
        if session is None:
            session = self._session = self._open()
        headers = {**options["headers"], **correlation.headers()}
        answer = self._transport.run(
            call,
            lambda: session.restful(
                call.url,
                method=call.method,
                timeout=self._transport.timeout,
                allow_redirects=False,
                **{**options, "headers": headers},
            ),
        )
        _record_quota(session)
        return answer

    def _open(self) -> Salesforce:
        session: Salesforce = simple_salesforce().Salesforce(
            session_id=self._login.token(),
            instance_url=self._url,
            version=self._api_version,
            session=self._transport.session,
            parse_float=Decimal,
        )
        # simple-salesforce always sets https and drops the path, so the configured URL is restored.
        session.base_url = f"{self._url}/services/data/v{self._api_version}/"
        # Pretty-printed answers would be a third larger.
        session.headers.pop("X-PrettyPrint", None)
        return session


def _rest_path(path: str) -> str:
    relative = path.removeprefix("/")
    if not _REST_PATH.fullmatch(relative) or ".." in relative.split("/"):
        msg = f"not a path of the REST API: {path[:80]!r}"
        raise ValueError(msg)
    return relative


def _records(page: Any) -> list[dict[str, Any]]:
    records = page.get("records") if isinstance(page, dict) else None
    if not isinstance(records, list):
        raise Unavailable(UPSTREAM, "query", "the answer is no query result")
    return list(records)


def _record_quota(session: Salesforce) -> None:
    usage = session.api_usage.get("api-usage")
    if usage is not None and usage.total:
        gauge("SalesforceApiQuotaUsedPercent", round(100 * usage.used / usage.total, 2))
