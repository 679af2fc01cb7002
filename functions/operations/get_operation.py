"""GET /operations/{id}: the state of a reissue or a top-up."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Path
from portal.api.app import App
from portal.api.declarations import Declared
from portal.api.principal import CurrentUser
from portal.domain.problems import NOT_FOUND, Problem
from portal.operations.job import OPERATION_ID, operation_job_id, owner_of

from functions.operations.deps import ReadOperationDeps, build_get_operation
from functions.operations.kinds import WORDS
from functions.operations.models import OperationView
from functions.operations.view import operation_view

app = App("operations")


@app.get(
    "/operations/<id>",
    summary="How an operation stands",
    signed_in=True,
    declared=Declared(refuses=(NOT_FOUND,)),
)
def get_operation(
    id: Annotated[str, Path(pattern=OPERATION_ID)],  # noqa: A002  # as in the path
    user: CurrentUser,
    deps: Annotated[ReadOperationDeps, Depends(build_get_operation)],
) -> OperationView:
    """Return an operation of the caller. Others' operations are not found."""
    job = deps.store.get(operation_job_id(id))
    if job is None or owner_of(job) != user.user_id:
        raise Problem(NOT_FOUND, "You have no operation of that id.")
    return operation_view(job, WORDS[job.kind])


handler = app.handler
