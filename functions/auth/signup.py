"""POST /auth/signup makes a portal account for a customer of the reseller."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends
from portal.api.app import App
from portal.api.declarations import LANGUAGE, Declared
from portal.api.rate_limit import CountedByAddress, SourceAddress
from portal.domain.problems import (
    CUSTOMER_ALREADY_REGISTERED,
    CUSTOMER_NOT_PROVED,
    CUSTOMER_NUMBER_UNKNOWN,
    EMAIL_ALREADY_REGISTERED,
    IN_PROGRESS,
    PASSWORD_REFUSED,
    WHMCS_ACCOUNT_EXISTS,
)

from functions.auth.deps import build_limiter, build_signup
from functions.auth.language import PreferredLanguage
from functions.auth.models import RegisteredResponse, SignupRequest
from functions.auth.registration_requests import Signup

app = App("auth", counted=CountedByAddress("signup.ip", build_limiter))


@app.post(
    "/auth/signup",
    status=201,
    summary="Sign up",
    declared=Declared(
        refuses=(
            CUSTOMER_NUMBER_UNKNOWN,
            CUSTOMER_NOT_PROVED,
            CUSTOMER_ALREADY_REGISTERED,
            EMAIL_ALREADY_REGISTERED,
            PASSWORD_REFUSED,
            IN_PROGRESS,
            WHMCS_ACCOUNT_EXISTS,
        ),
        headers=(LANGUAGE,),
        example={
            "email": "hanako@example.com",
            "password": "Sakura-2026-Ueno",
            "firstName": "Hanako",
            "lastName": "Sato",
            "phone": "+819012345678",
            "sfNumber": "CN-000101",
            "address": {
                "street": "1-2-3 Shibakoen",
                "city": "Minato-ku",
                "state": "Tokyo",
                "postcode": "105-0011",
                "country": "JP",
            },
        },
    ),
)
def signup(
    body: SignupRequest,
    address: SourceAddress,
    language: PreferredLanguage,
    service: Annotated[Signup, Depends(build_signup)],
) -> RegisteredResponse:
    """Make the account. The same request, sent again, continues or confirms the same account."""
    registered = service.run(body, address=address, language=language)
    return RegisteredResponse(
        user_id=registered.user_id, email=registered.email, sf_number=registered.customer_number
    )


handler = app.handler
