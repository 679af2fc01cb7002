"""The HTTP side of every operation: check order, idempotency, envelopes.

Documented: headers are checked first (401), then the path, then query and body; a key belongs to
projects. Assumed: a project that the key does not open is 403 `permissionDenied` whether or not it
exists; a body that is not declared as JSON is `malformed`; an unknown path is 404 for callers that
are authenticated.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.emulators.gigs.core import Answer, Call, Core
from local.emulators.gigs.errors import STATUS, ApiError, invalid
from local.emulators.gigs.idempotency import MAX_LENGTH, Idempotency, Sent
from local.emulators.gigs.lifecycle import Lifecycle
from local.emulators.gigs.records import Project

Operation = Callable[[Call], Answer]
IDEMPOTENT_METHODS = frozenset({"POST", "DELETE"})


class Gateway:
    """Turns a request into a `Call` and an operation's answer into a response."""

    def __init__(
        self, core: Core, idempotency: Idempotency, settle_later: Callable[[], None]
    ) -> None:
        self._core = core
        self._idempotency = idempotency
        self._settle_later = settle_later

    async def serve(self, request: Request, operation: Operation) -> Response:
        """Serve one request. It is atomic, because nothing awaits after the body is read."""
        body = await request.body()
        try:
            with self._core.lock:
                Lifecycle(self._core).settle()
                status, answer = self._answer(request, body, operation)
        except ApiError as error:
            return JSONResponse(error.body(), status_code=self._status(error))
        finally:
            self._settle_later()
        return JSONResponse(answer, status_code=status)

    def _answer(self, request: Request, body: bytes, operation: Operation) -> Answer:
        token = self._token(request)
        opened = [p for p in self._core.projects.values() if token in p.tokens]
        if not opened:
            raise ApiError("unauthenticated", "Invalid authorization token")
        self._check_content_type(request, body)
        key = self._idempotency_key(request)
        project = self._project(request, opened)
        call = Call(
            core=self._core,
            project=project,
            path=dict(request.path_params),
            query=request.query_params.multi_items(),
            body=body,
            actor={"type": "apiKey", "apiKey": f"apk_{project.id}"},
        )
        if key is None:
            return operation(call)
        return self._once(request, call, key, operation)

    def _once(self, request: Request, call: Call, key: str, operation: Operation) -> Answer:
        scope, now = self._core.switches().idempotency_scope, self._core.now()
        sent = Sent.of(call.project.id, key, request.method, request.url.path, call.body)
        replayed = self._idempotency.replay(sent, scope, now)
        if replayed is not None:
            return replayed
        status, answer = operation(call)
        # Stored answers must not change with plans and add-ons, which the records share.
        self._idempotency.store(sent, scope, now, status, json.loads(json.dumps(answer)))
        return status, answer

    def _token(self, request: Request) -> str:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise ApiError("unauthenticated", "Invalid authorization token")
        return token

    def _check_content_type(self, request: Request, body: bytes) -> None:
        content_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
        if body and content_type != "application/json":
            raise ApiError("malformed", "The Content-Type must be application/json.")

    def _idempotency_key(self, request: Request) -> str | None:
        key = request.headers.get("idempotency-key")
        if key is None or request.method not in IDEMPOTENT_METHODS:
            return None
        if not self._core.switches().idempotency_keys_enabled:
            raise invalid("Idempotency keys are not enabled for this project.")
        if not 0 < len(key) <= MAX_LENGTH:
            raise invalid(f"The Idempotency-Key must have 1 to {MAX_LENGTH} characters.")
        return key

    def _project(self, request: Request, opened: list[Project]) -> Project:
        name = request.path_params.get("project")
        if name is None:
            return opened[0]
        for project in opened:
            if project.id == name:
                return project
        raise ApiError(
            "permissionDenied",
            "The authenticated user doesn't have permissions to perform the request.",
        )

    def _status(self, error: ApiError) -> int:
        if error.type == "invalid":
            return self._core.switches().invalid_status
        return STATUS[error.type]
