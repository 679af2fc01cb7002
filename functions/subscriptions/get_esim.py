"""GET /subscriptions/{id}/esim returns the activation code of the eSIM."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends
from portal.api.app import App
from portal.api.declarations import Declared
from portal.api.principal import CurrentUser, mapped
from portal.domain.problems import (
    ESIM_CODE_UNAVAILABLE,
    NOT_FOUND,
    NOT_MAPPED,
    REAUTHENTICATION_REQUIRED,
)

from functions.subscriptions.deps import ActivationDeps, build_activation
from functions.subscriptions.models import EsimActivation, ServiceId

app = App("subscriptions")


@app.get(
    "/subscriptions/<id>/esim",
    summary="The eSIM's activation code",
    signed_in=True,
    declared=Declared(
        refuses=(
            ESIM_CODE_UNAVAILABLE,
            NOT_MAPPED,
            NOT_FOUND,
            REAUTHENTICATION_REQUIRED,
        )
    ),
)
def get_esim(
    id: ServiceId,  # noqa: A002  # as in the path
    user: CurrentUser,
    deps: Annotated[ActivationDeps, Depends(build_activation)],
) -> EsimActivation:
    """Return the activation code, after a recent sign-in or within an hour of its mail.

    Recent means within five minutes. Each answer is recorded. Others' services are not found.
    """
    customer = mapped(user, deps.directory)
    return deps.codes.show(id, user, customer.whmcs_client_id)


handler = app.handler
