"""A reverse proxy from `/api/…` to the emulated API Gateway."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection

import httpx
from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from local.front.problems import problem

# RFC 9110, 7.6.1; `host` is set by the client for the upstream's own address.
HOP_BY_HOP = frozenset(
    {
        "connection",
        "host",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
PREFIX = b"/api"
WRONG_METHOD = 405
ALLOW_ORIGIN = "Access-Control-Allow-Origin"
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
# API Gateway ends an integration after 29 s. Wait longer, so that its own 504 arrives.
TIMEOUT = httpx.Timeout(35.0, connect=3.0)


class AnyPath(Convertor[str]):
    """The rest of a path, whatever it holds. Starlette's `path` ends at an encoded newline."""

    regex = r"[\s\S]*"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


ANY_PATH = "any_path"
register_url_convertor(ANY_PATH, AnyPath())


class ApiProxy:
    """A reverse proxy for one upstream; `api_url` includes the stage.

    `cors_origins` are the origins that the API accepts. The API's preflight names the caller's
    origin through `$context.responseOverride`, which ministack ignores, so that every caller gets
    the first origin. The proxy replaces it with the caller's.
    """

    def __init__(
        self, api_url: str, client: httpx.AsyncClient, cors_origins: Collection[str] = ()
    ) -> None:
        self._api_url = api_url.rstrip("/")
        self._client = client
        self._cors_origins = frozenset(cors_origins)

    async def handle(self, request: Request) -> Response:
        """Pass the request on; answer 502 or 504 as problem+json without a gateway's answer."""
        correlation_id = request.headers.get("x-correlation-id")
        try:
            upstream = await self._client.send(await self._outgoing(request), stream=True)
        except httpx.TimeoutException:
            return problem(
                504,
                "Gateway Timeout",
                "The emulated API Gateway did not answer in time. It is not known whether the "
                "request took effect.",
                correlation_id=correlation_id,
            )
        except httpx.TransportError as error:
            return problem(
                502,
                "Bad Gateway",
                f"The emulated API Gateway at {self._api_url} does not answer "
                f"({type(error).__name__}). Is `make run` still running?",
                correlation_id=correlation_id,
            )
        if upstream.status_code == WRONG_METHOD:
            return await _wrong_method(upstream)
        response: Response = StreamingResponse(_body(upstream), status_code=upstream.status_code)
        # In raw form, so that several Set-Cookie headers are not merged.
        response.raw_headers = _end_to_end(upstream.headers.raw)
        origin = request.headers.get("origin")
        if request.method == "OPTIONS" and origin is not None and origin in self._cors_origins:
            response.headers[ALLOW_ORIGIN] = origin
        return response

    async def _outgoing(self, request: Request) -> httpx.Request:
        raw_path: bytes = request.scope["raw_path"].split(b"?", 1)[0]
        url = self._api_url + raw_path.removeprefix(PREFIX).decode("latin-1")
        query: bytes = request.scope["query_string"]
        if query:
            url += "?" + query.decode("latin-1")
        headers = _end_to_end(request.headers.raw)
        headers = [pair for pair in headers if pair[0] != b"x-forwarded-for"]
        headers.append((b"x-forwarded-for", _forwarded_for(request).encode("latin-1")))
        # client.build_request would add headers of its own.
        return httpx.Request(
            request.method,
            url,
            headers=headers,
            content=await _content(request),
            extensions={"timeout": TIMEOUT.as_dict()},
        )


async def _content(request: Request) -> AsyncIterator[bytes] | bytes | None:
    """Return the body as a stream when its length is known, else as bytes."""
    length = request.headers.get("content-length")
    if length is None:
        return await request.body() or None
    return request.stream() if int(length) else None


async def _wrong_method(upstream: httpx.Response) -> Response:
    """The gateway's own 405 with its request id, for which ministack leaves a template's text."""
    request_id = upstream.headers.get("x-amzn-requestid", "")
    text = (await upstream.aread()).decode()
    await upstream.aclose()
    script, _, document = text.rpartition("\n")
    response = Response(
        document.replace("$context.requestId", request_id) if "#set(" in script else text,
        status_code=WRONG_METHOD,
    )
    own = {b"content-length", b"content-type"}
    response.raw_headers += [
        pair for pair in _end_to_end(upstream.headers.raw) if pair[0] not in own
    ]
    response.headers["content-type"] = upstream.headers["content-type"]
    response.headers["x-correlation-id"] = request_id
    return response


async def _body(upstream: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for chunk in upstream.aiter_raw():
            yield chunk
    finally:
        await upstream.aclose()


def _forwarded_for(request: Request) -> str:
    earlier = request.headers.get("x-forwarded-for")
    caller = request.client.host if request.client else "127.0.0.1"
    return f"{earlier}, {caller}" if earlier else caller


def _end_to_end(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return the headers without hop-by-hop headers and those that `Connection` names."""
    named = {
        name.strip().lower()
        for key, value in headers
        if key.lower() == b"connection"
        for name in value.decode("latin-1").split(",")
    }
    dropped = HOP_BY_HOP | named
    return [(k.lower(), v) for k, v in headers if k.decode("latin-1").lower() not in dropped]
