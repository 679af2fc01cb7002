"""POST /auth/sso-link returns a link that signs the caller in to the client area."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends
from portal.api.app import App
from portal.api.declarations import Declared
from portal.api.principal import CurrentUser, mapped
from portal.domain.problems import (
    NOT_MAPPED,
    SSO_DISABLED,
)

from functions.billing.deps import SsoLinkDeps, build_sso_link
from functions.billing.models import SsoLink, SsoRequest

app = App("billing")


@app.post(
    "/auth/sso-link",
    summary="A one-time link into the client area",
    signed_in=True,
    declared=Declared(
        refuses=(
            NOT_MAPPED,
            SSO_DISABLED,
        ),
        example={"destination": "payment-methods"},
    ),
)
def sso_link(
    body: SsoRequest,
    user: CurrentUser,
    deps: Annotated[SsoLinkDeps, Depends(build_sso_link)],
) -> SsoLink:
    """Return a new link. It works once, within a minute, and signs its holder in."""
    customer = mapped(user, deps.directory)
    return deps.client_area.link(customer.whmcs_client_id, body.destination)


handler = app.handler
