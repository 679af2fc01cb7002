"""POST /auth/link-whmcs makes a portal account for an existing WHMCS client."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends
from portal.api.app import App
from portal.api.declarations import LANGUAGE, Declared
from portal.api.rate_limit import CountedByAddress, SourceAddress
from portal.domain.problems import (
    CUSTOMER_ALREADY_REGISTERED,
    CUSTOMER_NOT_PROVED,
    CUSTOMER_NUMBER_MISMATCH,
    CUSTOMER_NUMBER_UNKNOWN,
    EMAIL_ALREADY_REGISTERED,
    IN_PROGRESS,
    INVALID_CREDENTIALS,
    PASSWORD_REFUSED,
    TWO_FACTOR_REQUIRED,
)

from functions.auth.deps import build_limiter, build_linking
from functions.auth.language import PreferredLanguage
from functions.auth.models import LinkRequest, RegisteredResponse
from functions.auth.registration_requests import Linking

app = App("auth", counted=CountedByAddress("link.ip", build_limiter))


@app.post(
    "/auth/link-whmcs",
    status=201,
    summary="Link an existing billing account",
    declared=Declared(
        refuses=(
            CUSTOMER_NUMBER_UNKNOWN,
            CUSTOMER_NOT_PROVED,
            CUSTOMER_ALREADY_REGISTERED,
            EMAIL_ALREADY_REGISTERED,
            PASSWORD_REFUSED,
            IN_PROGRESS,
            INVALID_CREDENTIALS,
            TWO_FACTOR_REQUIRED,
            CUSTOMER_NUMBER_MISMATCH,
        ),
        headers=(LANGUAGE,),
        example={
            "email": "hanako@example.com",
            "password": "the password of billing",
            "sfNumber": "CN-000101",
        },
    ),
)
def link_whmcs(
    body: LinkRequest,
    address: SourceAddress,
    language: PreferredLanguage,
    service: Annotated[Linking, Depends(build_linking)],
) -> RegisteredResponse:
    """Make the account. The same request, sent again, continues or confirms the same account."""
    registered = service.run(body, address=address, language=language)
    return RegisteredResponse(
        user_id=registered.user_id, email=registered.email, sf_number=registered.customer_number
    )


handler = app.handler
