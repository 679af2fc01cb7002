"""Http, HttpRequest and HttpResponse (Apex Reference Guide)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.emulators.salesforce.apex.callouts import (
    DEFAULT_TIMEOUT,
    LONGEST_TIMEOUT,
    CalloutFailed,
    Outgoing,
)
from local.emulators.salesforce.apex.errors import Unsupported
from local.emulators.salesforce.apex.library.registry import PlatformType
from local.emulators.salesforce.apex.types import TypeRef
from local.emulators.salesforce.apex.values import PlatformObject

if TYPE_CHECKING:
    from local.emulators.salesforce.apex.machine import Machine

HTTP = PlatformType("Http")
REQUEST = PlatformType("HttpRequest")
RESPONSE = PlatformType("HttpResponse")
CALLOUT_MOCK = PlatformType("HttpCalloutMock")
_METHODS = frozenset({"DELETE", "GET", "HEAD", "PATCH", "POST", "PUT", "TRACE"})


class _Http(PlatformObject):
    type_name = "Http"


class _Message(PlatformObject):
    """Headers (names without regard to case) and a body."""

    def __init__(self) -> None:
        self.headers: dict[str, tuple[str, str]] = {}
        self.body = ""

    def header(self, name: str) -> str | None:
        """A header's value, or None."""
        return self.headers.get(name.lower(), (name, None))[1]


class ApexRequest(_Message):
    """A request under construction."""

    type_name = "HttpRequest"

    def __init__(self) -> None:
        super().__init__()
        self.endpoint: str | None = None
        self.method: str | None = None
        self.timeout = DEFAULT_TIMEOUT


class ApexResponse(_Message):
    """An answer."""

    type_name = "HttpResponse"

    def __init__(self) -> None:
        super().__init__()
        self.status_code = 0
        self.status: str | None = None


@HTTP.constructor("Http()")
def _new_http(_: Machine) -> _Http:
    return _Http()


@HTTP.method("send(HttpRequest)")
def _send(machine: Machine, _: _Http, request: ApexRequest) -> Any:
    session = machine.session
    session.usage.use("callouts")
    if session.uncommitted:
        machine.throw(
            "CalloutException",
            "You have uncommitted work pending. Please commit or rollback before calling out",
        )
    outgoing = _outgoing(machine, request)
    if session.test is not None:
        if session.test.mock is None:
            machine.throw(
                "TypeException",
                "Methods defined as TestMethod do not support Web service callouts",
            )
        answer = machine.call_method(session.test.mock, "respond", [request])
        return machine.coerce(answer, TypeRef("HttpResponse"))
    try:
        incoming, milliseconds = session.callouts.send(
            outgoing, session.access, session.usage.callout_milliseconds
        )
    except CalloutFailed as error:
        machine.throw("CalloutException", str(error))
    session.usage.callout_milliseconds += milliseconds
    response = ApexResponse()
    response.status_code, response.status = incoming.status, incoming.reason
    response.headers = {name.lower(): (name, value) for name, value in incoming.headers.items()}
    response.body = incoming.body.decode("utf-8", "replace")
    return response


def _outgoing(machine: Machine, request: ApexRequest) -> Outgoing:
    if request.method is None or not request.endpoint:
        # [unverified] wording.
        machine.throw("CalloutException", "Endpoint and method of the request are needed")
    return Outgoing(
        method=request.method,
        url=request.endpoint,
        headers=dict(request.headers.values()),
        body=request.body.encode(),
        timeout_seconds=request.timeout / 1000,
    )


@REQUEST.constructor("HttpRequest()")
def _new_request(_: Machine) -> ApexRequest:
    return ApexRequest()


@REQUEST.method("setEndpoint(String)")
def _set_endpoint(_: Machine, request: ApexRequest, endpoint: str) -> None:
    request.endpoint = endpoint


@REQUEST.method("getEndpoint()")
def _get_endpoint(_: Machine, request: ApexRequest) -> str | None:
    return request.endpoint


@REQUEST.method("setMethod(String)")
def _set_method(_: Machine, request: ApexRequest, method: str) -> None:
    if method not in _METHODS:
        raise Unsupported(f"HttpRequest.setMethod({method!r})")
    request.method = method


@REQUEST.method("getMethod()")
def _get_method(_: Machine, request: ApexRequest) -> str | None:
    return request.method


@REQUEST.method("setTimeout(Integer)")
def _set_timeout(_: Machine, request: ApexRequest, milliseconds: int) -> None:
    if not 1 <= milliseconds <= LONGEST_TIMEOUT:
        raise Unsupported(f"HttpRequest.setTimeout({milliseconds})")
    request.timeout = milliseconds


@REQUEST.method("setHeader(String, String)")
def _request_set_header(_: Machine, request: ApexRequest, name: str, value: str) -> None:
    request.headers[name.lower()] = (name, value)


@REQUEST.method("getHeader(String)")
def _request_get_header(_: Machine, request: ApexRequest, name: str) -> str | None:
    return request.header(name)


@REQUEST.method("setBody(String)")
def _request_set_body(_: Machine, request: ApexRequest, body: str) -> None:
    request.body = body


@REQUEST.method("getBody()")
def _request_get_body(_: Machine, request: ApexRequest) -> str:
    return request.body


@RESPONSE.constructor("HttpResponse()")
def _new_response(_: Machine) -> ApexResponse:
    return ApexResponse()


@RESPONSE.method("setStatusCode(Integer)")
def _set_status_code(_: Machine, response: ApexResponse, code: int) -> None:
    response.status_code = code


@RESPONSE.method("getStatusCode()")
def _get_status_code(_: Machine, response: ApexResponse) -> int:
    return response.status_code


@RESPONSE.method("setStatus(String)")
def _set_status(_: Machine, response: ApexResponse, status: str) -> None:
    response.status = status


@RESPONSE.method("getStatus()")
def _get_status(_: Machine, response: ApexResponse) -> str | None:
    return response.status


@RESPONSE.method("setHeader(String, String)")
def _response_set_header(_: Machine, response: ApexResponse, name: str, value: str) -> None:
    response.headers[name.lower()] = (name, value)


@RESPONSE.method("getHeader(String)")
def _response_get_header(_: Machine, response: ApexResponse, name: str) -> str | None:
    return response.header(name)


@RESPONSE.method("setBody(String)")
def _response_set_body(_: Machine, response: ApexResponse, body: str) -> None:
    response.body = body


@RESPONSE.method("getBody()")
def _response_get_body(_: Machine, response: ApexResponse) -> str:
    return response.body
