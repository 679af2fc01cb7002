"""POST /auth/request-signup-proof requests a sign-up link to the Account's e-mail address."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends
from portal.api.app import App
from portal.api.declarations import LANGUAGE, Declared
from portal.api.rate_limit import CountedByAddress, SourceAddress
from portal.domain.problems import (
    NOT_FOUND,
)

from functions.auth.deps import build_limiter, build_proof_mails
from functions.auth.language import PreferredLanguage
from functions.auth.models import SignupProofRequest
from functions.auth.proof_mails import ProofMails

app = App("auth", counted=CountedByAddress("signup-proof.ip", build_limiter))


@app.post(
    "/auth/request-signup-proof",
    status=202,
    summary="Ask for a sign-up link",
    declared=Declared(refuses=(NOT_FOUND,), headers=(LANGUAGE,), example={"sfNumber": "CN-000101"}),
)
def request_signup_proof(
    body: SignupProofRequest,
    address: SourceAddress,
    language: PreferredLanguage,
    service: Annotated[ProofMails, Depends(build_proof_mails)],
) -> Response[None]:
    """Request the mail. The answer is 202 for every customer number, known or not.

    It is 404 when SIGNUP_PROOF is not `email`.
    """
    service.request(body.sf_number, address=address, language=language)
    return Response(status_code=202)


handler = app.handler
