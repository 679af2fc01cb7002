"""`/composite`, `/composite/graph` and `/composite/batch`: several requests in one call.

REST API Developer Guide, "Composite", "Composite Graph", "Batch".
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from local.emulators.salesforce.errors import ApiError
from local.emulators.salesforce.org import Org
from local.emulators.salesforce.rest.messages import (
    Answer,
    ApiRequest,
    objects,
    parse_url,
    refusal,
)
from local.emulators.salesforce.rest.references import fill

MAX_COMPOSITE = 25
MAX_BATCH = 25
MAX_NODES = 500
MAX_GRAPHS = 75
_HALTED = {
    "errorCode": "PROCESSING_HALTED",
    "message": "The transaction was rolled back since another operation in the same transaction "
    "failed.",
}
_NODE = ("method", "url", "referenceId")
_GRAPH_METHODS = {"GET", "POST", "PATCH", "DELETE"}
Handle = Callable[[ApiRequest], Answer]
SubRequest = dict[str, Any]


class Composite:
    """Runs subrequests through `handle`, which is the whole API."""

    def __init__(self, org: Org, handle: Handle) -> None:
        self._org = org
        self._handle = handle

    def composite(self, request: ApiRequest) -> Answer:
        """POST /composite."""
        nodes = _nodes(request.data, MAX_COMPOSITE)
        answers, _ = self._transaction(request, nodes, request.data.get("allOrNone") is True)
        return Answer(HTTPStatus.OK, {"compositeResponse": answers})

    def graph(self, request: ApiRequest) -> Answer:
        """POST /composite/graph; each graph succeeds or is rolled back as a whole."""
        graphs = objects(request.data, "graphs")
        if not 0 < len(graphs) <= MAX_GRAPHS:
            raise _invalid(f"graphs: between 1 and {MAX_GRAPHS} graphs are needed")
        all_ids = [str(graph.get("graphId") or "") for graph in graphs]
        if "" in all_ids or len(set(all_ids)) != len(all_ids):
            raise _invalid("graphId: every graph needs a unique one")
        if sum(len(objects(graph, "compositeRequest")) for graph in graphs) > MAX_NODES:
            raise _invalid(f"the limit of {MAX_NODES} nodes per payload is exceeded")
        return Answer(
            HTTPStatus.OK, {"graphs": [self._one_graph(request, graph) for graph in graphs]}
        )

    def batch(self, request: ApiRequest) -> Answer:
        """POST /composite/batch: independent requests, optionally only up to the first failure."""
        wanted = objects(request.data, "batchRequests")
        if not 0 < len(wanted) <= MAX_BATCH:
            raise _invalid(f"batchRequests: between 1 and {MAX_BATCH} requests are needed")
        results = []
        failed = False
        for item in wanted:
            if failed and request.data.get("haltOnError") is True:
                halted = {
                    "errorCode": "BATCH_PROCESSING_HALTED",
                    "message": "Batch processing halted per request",
                }
                results.append({"statusCode": HTTPStatus.PRECONDITION_FAILED, "result": [halted]})
                continue
            url = str(item.get("url", "")).removeprefix("/services/data").lstrip("/")
            answer = self._send(
                request, str(item.get("method")), f"/services/data/{url}", item.get("richInput")
            )
            failed = failed or answer.status >= HTTPStatus.BAD_REQUEST
            results.append({"statusCode": int(answer.status), "result": answer.body})
        return Answer(HTTPStatus.OK, {"hasErrors": failed, "results": results})

    def _one_graph(self, request: ApiRequest, graph: dict[str, Any]) -> dict[str, Any]:
        nodes = _nodes(graph, MAX_NODES)
        answers, successful = self._transaction(request, nodes, all_or_none=True, graph=True)
        return {
            "graphId": graph["graphId"],
            "graphResponse": {"compositeResponse": answers},
            "isSuccessful": successful,
        }

    def _transaction(
        self,
        request: ApiRequest,
        nodes: list[SubRequest],
        all_or_none: bool,
        *,
        graph: bool = False,
    ) -> tuple[list[dict[str, Any]], bool]:
        """The answers in order, and whether every one succeeded."""
        mark = self._org.store.mark()
        results: dict[str, Any] = {}
        answers: list[dict[str, Any]] = []
        culprit: int | None = None
        for position, node in enumerate(nodes):
            answer = self._node(request, node, results, graph=graph)
            answers.append(_as_subresponse(node, answer))
            if answer.status < HTTPStatus.BAD_REQUEST:
                results[node["referenceId"]] = answer.body
                continue
            culprit = position if culprit is None else culprit
            if all_or_none:
                break
        if culprit is None:
            return answers, True
        if all_or_none:
            self._org.store.rollback(mark)
            answers = [
                answers[culprit] if position == culprit else _halted(node)
                for position, node in enumerate(nodes)
            ]
        return answers, False

    def _node(
        self, request: ApiRequest, node: SubRequest, results: dict[str, Any], *, graph: bool
    ) -> Answer:
        try:
            url = str(fill(node["url"], results))
            body = fill(node.get("body"), results)
            if graph:
                _check_graph_node(node["method"], url)
        except ApiError as error:
            return refusal(error)
        return self._send(request, node["method"], url, body, node.get("httpHeaders"))

    def _send(
        self,
        request: ApiRequest,
        method: str,
        url: str,
        body: Any,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        try:
            version, segments, query = parse_url(url)
            if segments[:1] == ("composite",) and segments[1:2] not in {("sobjects",), ("tree",)}:
                raise _invalid("composite requests cannot be nested")
        except ApiError as error:
            return refusal(error)
        return self._handle(
            ApiRequest(
                method=method.upper(),
                version=version,
                segments=segments,
                query=query,
                body=body,
                headers={name.lower(): str(value) for name, value in (headers or {}).items()},
                user_id=request.user_id,
            )
        )


def _nodes(data: dict[str, Any], limit: int) -> list[SubRequest]:
    nodes = objects(data, "compositeRequest")
    if not 0 < len(nodes) <= limit:
        raise _invalid(f"compositeRequest: between 1 and {limit} subrequests are needed")
    seen: set[str] = set()
    for node in nodes:
        wrong = [name for name in _NODE if not isinstance(node.get(name), str)]
        if wrong or not isinstance(node.get("httpHeaders") or {}, dict):
            raise _invalid(f"a subrequest lacks {', '.join(wrong) or 'usable httpHeaders'}")
        if node["referenceId"] in seen:
            raise _invalid(f"referenceId {node['referenceId']} is used twice")
        seen.add(node["referenceId"])
    return nodes


def _check_graph_node(method: str, url: str) -> None:
    _, segments, _ = parse_url(url)
    if method.upper() not in _GRAPH_METHODS or segments[:1] != ("sobjects",):
        raise _invalid(f"{method} {url} is not allowed in a graph")


def _as_subresponse(node: SubRequest, answer: Answer) -> dict[str, Any]:
    return {
        "body": answer.body,
        "httpHeaders": dict(answer.headers),
        "httpStatusCode": int(answer.status),
        "referenceId": node["referenceId"],
    }


def _halted(node: SubRequest) -> dict[str, Any]:
    return _as_subresponse(node, Answer(HTTPStatus.BAD_REQUEST, [dict(_HALTED)]))


def _invalid(message: str) -> ApiError:
    return ApiError("INVALID_INPUT", message)
