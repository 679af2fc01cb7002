"""GET /me returns the caller's profile and whether the other systems know the caller."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends
from portal.api.app import App
from portal.api.declarations import Declared
from portal.api.principal import CurrentUser
from portal.domain.identity import CustomerMapping
from portal.ports.identity import CustomerDirectory

from functions.auth.deps import build_directory
from functions.auth.models import MappingState, MeResponse

app = App("auth")


@app.get(
    "/me",
    summary="Who am I",
    signed_in=True,
    declared=Declared(refuses=()),
)
def me(
    user: CurrentUser, directory: Annotated[CustomerDirectory, Depends(build_directory)]
) -> MeResponse:
    """Return the profile. `mapping.state` is `pending` until the signup is finished."""
    mapping = directory.by_user(user.user_id)
    if mapping is None:
        return MeResponse(
            user_id=user.user_id, email=user.email, mapping=MappingState(state="pending")
        )
    return profile(mapping)


def profile(mapping: CustomerMapping) -> MeResponse:
    """Return the profile of a customer who has a mapping."""
    return MeResponse(
        user_id=mapping.user_id,
        email=mapping.email,
        first_name=mapping.first_name or None,
        language="ja" if mapping.language == "ja" else "en",
        sf_number=mapping.customer_number,
        mapping=MappingState(
            state="complete",
            whmcs_client_id=mapping.whmcs_client_id,
            sf_account_id=mapping.sf_account_id,
        ),
    )


handler = app.handler
