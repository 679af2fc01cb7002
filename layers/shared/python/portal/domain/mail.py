"""Mail jobs, the messages of the mail queue. They never hold an address, a name or a code."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

if TYPE_CHECKING:
    from portal.domain.mail_contents import MailContent


class MailTemplate(StrEnum):
    """The mails that the portal sends. docs/mails.md says when, and to whom, each is sent."""

    WELCOME = "welcome"
    SIGNUP_PROOF = "signup-proof"
    PASSWORD_RESET = "password-reset"  # noqa: S105  # a template's name
    PASSWORD_CHANGED = "password-changed"  # noqa: S105  # a template's name
    ORDER_RECEIVED = "order-received"
    ORDER_PROVISIONED = "order-provisioned"
    ESIM_ACTIVATION = "esim-activation"
    ESIM_REISSUED = "esim-reissued"
    ESIM_SENT_AGAIN = "esim-sent-again"
    ESIM_REISSUE_NOTICE = "esim-reissue-notice"
    TOPUP_RECEIPT = "topup-receipt"
    TOPUP_REFUNDED = "topup-refunded"


class MailJob(BaseModel):
    """One mail to one user.

    `dedup_key` names the reason (`order-provisioned:801…`), and each key gets at most one mail.
    `parameters` are those of the template's model in `portal.domain.mail_contents`. The sender
    looks up personal and secret data when it renders.
    """

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True
    )

    template: MailTemplate
    user_id: str = Field(min_length=1)
    dedup_key: str = Field(min_length=1, max_length=200)
    parameters: dict[str, Any] = Field(default_factory=dict)
    correlation_id: str = ""

    @classmethod
    def of(
        cls, content: MailContent, *, user_id: str, dedup_key: str, correlation_id: str = ""
    ) -> Self:
        """The job for a mail with this content."""
        return cls(
            template=content.template,
            user_id=user_id,
            dedup_key=dedup_key,
            parameters=content.as_parameters(),
            correlation_id=correlation_id,
        )
