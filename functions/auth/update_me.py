"""PATCH /me changes the caller's language."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends
from portal.api.app import App
from portal.api.declarations import Declared
from portal.api.principal import CurrentUser, mapped
from portal.domain.problems import NOT_MAPPED

from functions.auth.deps import ProfileDeps, build_profile
from functions.auth.me import profile
from functions.auth.models import MeChange, MeResponse

app = App("auth")


@app.patch(
    "/me",
    summary="Change my language",
    signed_in=True,
    declared=Declared(refuses=(NOT_MAPPED,), example={"language": "ja"}),
)
def update_me(
    body: MeChange, user: CurrentUser, deps: Annotated[ProfileDeps, Depends(build_profile)]
) -> MeResponse:
    """Store the language of later mails, and return the profile."""
    mapping = mapped(user, deps.directory)
    if body.language is not None and body.language != mapping.language:
        mapping = deps.profiles.set_language(mapping, body.language)
    return profile(mapping)


handler = app.handler
