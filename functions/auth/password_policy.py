"""GET /auth/password-policy returns the rules of passwords, for forms to show them."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends
from portal.api.app import App
from portal.api.declarations import Declared
from portal.domain.passwords import MAX_LENGTH, SYMBOLS, PasswordPolicy

from functions.auth.deps import build_policy
from functions.auth.models import PasswordPolicyView

app = App("auth")
CACHED = "public, max-age=300"


@app.get("/auth/password-policy", summary="The rules of passwords", declared=Declared(refuses=()))
def password_policy(
    policy: Annotated[PasswordPolicy, Depends(build_policy)],
) -> Response[PasswordPolicyView]:
    """Return the rules that the portal checks. The Cognito user pool has the same rules."""
    return Response(
        status_code=200,
        content_type="application/json",
        body=PasswordPolicyView(
            min_length=policy.min_length,
            max_length=MAX_LENGTH,
            lowercase=policy.lowercase,
            uppercase=policy.uppercase,
            digits=policy.digits,
            symbols=policy.symbols,
            symbol_characters="".join(sorted(SYMBOLS)),
        ),
        headers={"Cache-Control": CACHED},
    )


handler = app.handler
