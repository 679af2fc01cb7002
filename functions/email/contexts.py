"""The values of each mail: what the job carries, and what is looked up when it is rendered.

Activation codes and reset tokens are credentials. They are fetched or made here, right before
the mail leaves, and are never in a queue, a log or another system.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from portal import qr_code
from portal.domain.activation_code import ActivationCode
from portal.domain.mail import MailJob, MailTemplate
from portal.ports.mail_transport import InlineImage
from portal.ports.reset_tokens import ResetTokens
from portal.queues.failures import GiveUp

QR_CONTENT_ID = "esim-qr"


class ActivationCodes(Protocol):
    """Where activation codes come from: the eSIM provider."""

    def activation_code(self, line_id: str) -> ActivationCode:
        """The code of a line; raises Unavailable while the provider has none yet."""
        ...


@dataclass(frozen=True)
class Context:
    """Template values and the images that they refer to."""

    values: dict[str, Any] = field(repr=False)
    images: tuple[InlineImage, ...] = ()


@dataclass(frozen=True)
class Contexts:
    """Builds the values of each template."""

    activation_codes: ActivationCodes
    reset_tokens: ResetTokens

    def of(self, job: MailJob) -> Context:
        """The values of a job.

        Raises GiveUp when a parameter is missing, and the upstream's errors.
        """
        if job.template in (MailTemplate.ESIM_ACTIVATION, MailTemplate.ESIM_REISSUED):
            return self._esim(job)
        if job.template is MailTemplate.PASSWORD_RESET:
            return Context(
                {
                    "token": self.reset_tokens.issue(job.user_id),
                    "minutes": self.reset_tokens.valid_minutes,
                }
            )
        if job.template in (MailTemplate.ORDER_RECEIVED, MailTemplate.ORDER_PROVISIONED):
            return _order(job)
        if job.template is MailTemplate.TOPUP_RECEIPT:
            return _plain(job, "offerName", "amount", "currency", "subscriptionId")
        return Context({})

    def _esim(self, job: MailJob) -> Context:
        code = self.activation_codes.activation_code(_need(job, "lineId"))
        values = {
            "order_number": job.parameters.get("orderNumber", ""),
            "esim": {
                "content_id": QR_CONTENT_ID,
                "lpa": code.lpa,
                "smdp_address": code.smdp_address,
                "matching_id": code.matching_id,
                "apple_link": code.apple_link,
                "android_link": code.android_link,
            },
        }
        return Context(values, (InlineImage(QR_CONTENT_ID, "esim.png", qr_code.png(code.lpa)),))


def _order(job: MailJob) -> Context:
    lines = [
        {"name": str(line["name"]), "quantity": int(line["quantity"])}
        for line in job.parameters.get("lines", [])
    ]
    return Context(
        {
            "order_number": _need(job, "orderNumber"),
            "order_id": _need(job, "sfOrderId"),
            "lines": lines,
        }
    )


def _plain(job: MailJob, *names: str) -> Context:
    return Context({_snake(name): _need(job, name) for name in names})


def _need(job: MailJob, name: str) -> str:
    value = job.parameters.get(name)
    if value in (None, ""):
        msg = f"mail job {job.template.value} has no parameter {name}"
        raise GiveUp("unusable-job", msg)
    return str(value)


def _snake(name: str) -> str:
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in name)
