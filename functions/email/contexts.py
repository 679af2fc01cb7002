"""The values of each mail, from the job and from look-ups when it is rendered.

Activation codes and reset tokens are credentials. They are fetched or created here, right before
the mail is sent, and are never in a queue, a log or another system.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from portal import qr_code
from portal.domain.activation_code import ActivationCode
from portal.domain.mail import MailJob
from portal.domain.mail_contents import (
    CONTENTS,
    EsimActivation,
    EsimReissued,
    EsimSentAgain,
    MailContent,
    PasswordReset,
    SignupProof,
)
from portal.ports.mail_transport import InlineImage
from portal.queues.failures import GiveUp
from pydantic import ValidationError

QR_CONTENT_ID = "esim-qr"


class ActivationCodes(Protocol):
    """The source of activation codes, which is the eSIM provider."""

    def activation_code(self, line_id: str) -> ActivationCode:
        """Return the code of a line. Raises Unavailable while the provider has none yet."""
        ...


class TokenIssuer(Protocol):
    """The source of tokens for links in mails."""

    def issue(self, subject: str, /) -> str:
        """Return a new token for the link in a mail. Only its hash is stored."""
        ...

    @property
    def valid_minutes(self) -> int:
        """The number of minutes for which a token is valid."""
        ...


@dataclass(frozen=True)
class Context:
    """The values of a template, and the images that they refer to."""

    values: dict[str, Any] = field(repr=False)
    images: tuple[InlineImage, ...] = ()


@dataclass(frozen=True)
class Contexts:
    """Builds the values of each template."""

    activation_codes: ActivationCodes
    reset_tokens: TokenIssuer
    proof_tokens: TokenIssuer

    def of(self, job: MailJob, *, account_id: str = "") -> Context:
        """Return the values for a job. `account_id` is the Account that a sign-up link is for.

        Raises GiveUp when the parameters are not those of the template, and UpstreamErrors.
        """
        content = content_of(job)
        values = {name: getattr(content, name) for name in type(content).model_fields}
        if isinstance(content, PasswordReset):
            return Context(values | _link(self.reset_tokens, job.user_id))
        if isinstance(content, SignupProof):
            return Context(values | _link(self.proof_tokens, account_id))
        if isinstance(content, EsimActivation | EsimReissued | EsimSentAgain):
            code = self.activation_codes.activation_code(content.line_id)
            return Context(values | {"esim": esim_values(code)}, (qr_image(code),))
        return Context(values)


def _link(issuer: TokenIssuer, subject: str) -> dict[str, Any]:
    return {"token": issuer.issue(subject), "minutes": issuer.valid_minutes}


def content_of(job: MailJob) -> MailContent:
    """Return a job's content. Raises GiveUp if it does not match its template."""
    try:
        return CONTENTS[job.template].model_validate(job.parameters)
    except ValidationError as error:
        wrong = ", ".join(sorted({".".join(map(str, one["loc"])) for one in error.errors()}))
        msg = f"mail job {job.template.value} has unusable parameters: {wrong}"
        raise GiveUp("unusable-job", msg) from None


def esim_values(code: ActivationCode) -> dict[str, str]:
    """Return the values of an activation code for the layouts."""
    return {
        "content_id": QR_CONTENT_ID,
        "lpa": code.lpa,
        "smdp_address": code.smdp_address,
        "matching_id": code.matching_id,
        "apple_link": code.apple_link,
        "android_link": code.android_link,
    }


def qr_image(code: ActivationCode) -> InlineImage:
    """Return the image of the QR code in the HTML."""
    return InlineImage(QR_CONTENT_ID, "esim.png", qr_code.png(code.lpa))
