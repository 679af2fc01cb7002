"""Errors that end a command, each with one sentence that says what to do."""

from __future__ import annotations

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    NoRegionError,
    ProfileNotFound,
)
from portal.config import ConfigurationError
from portal.domain.upstream import (
    OutcomeUnknown,
    Throttled,
    Unauthorized,
    Unavailable,
    UpstreamError,
)

NO = 1  # the answer is no: a product is rejected, an order is unknown, an action is not possible
FAILED = 3  # there is no answer: a system was not reached or refused

KNOWN = (BotoCoreError, ClientError, ConfigurationError, UpstreamError)
_DENIED = ("AccessDenied", "UnauthorizedOperation", "AuthorizationError")
_NOT_US = ("ExpiredToken", "InvalidClientTokenId", "UnrecognizedClient", "SignatureDoesNotMatch")
# The first that fits.
_ADVICE: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    (
        (NoCredentialsError, ProfileNotFound),
        "There are no AWS credentials: set AWS_PROFILE or log in, then try again.",
    ),
    (
        (NoRegionError,),
        "There is no AWS region: set AWS_REGION or AWS_DEFAULT_REGION, then try again.",
    ),
    ((BotoCoreError,), "AWS could not be reached ({name}): try again."),
    ((Unauthorized,), "{error}: renew the credentials or grants there, then try again."),
    (
        (OutcomeUnknown,),
        "{error}: it may have happened; look with `ops order show` before you repeat it.",
    ),
    ((Throttled,), "{error}: too many requests; wait a minute, then try again."),
    ((Unavailable,), "{error}: not available; try again."),
)


class OpsError(Exception):
    """An error with a sentence for the operator. `exit_code` is the command's."""

    def __init__(self, sentence: str, *, exit_code: int = NO) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


def explain(error: Exception) -> str:
    """Return what went wrong and what to do, without data that a vendor may have quoted."""
    if isinstance(error, ClientError):
        return _of_aws(error)
    for kinds, advice in _ADVICE:
        if isinstance(error, kinds):
            return advice.format(error=error, name=type(error).__name__)
    return str(error)


def _of_aws(error: ClientError) -> str:
    code = str(error.response.get("Error", {}).get("Code", ""))
    what = error.operation_name
    if code.startswith(_DENIED):
        return f"AWS denies {what}: use a role that may call it in this account."
    if code.startswith(_NOT_US):
        return f"AWS does not accept the credentials ({code}): log in again."
    return f"AWS refused {what} ({code})."
