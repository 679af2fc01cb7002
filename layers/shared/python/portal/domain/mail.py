"""Mail jobs, the messages of the mail queue. They never hold an address, a name or a code."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class MailTemplate(StrEnum):
    """The mails that the portal sends. Each has a folder of templates."""

    WELCOME = "welcome"
    PASSWORD_RESET = "password-reset"  # noqa: S105  # a template's name
    PASSWORD_CHANGED = "password-changed"  # noqa: S105  # a template's name
    ORDER_RECEIVED = "order-received"
    ORDER_PROVISIONED = "order-provisioned"
    ESIM_ACTIVATION = "esim-activation"
    ESIM_REISSUED = "esim-reissued"
    TOPUP_RECEIPT = "topup-receipt"


class MailJob(BaseModel):
    """One mail to one user.

    `dedup_key` names the reason (`order-provisioned:801…`), and each key gets at most one mail.
    Parameters are ids and amounts. The sender looks up personal and secret data when it renders.
    """

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True
    )

    template: MailTemplate
    user_id: str = Field(min_length=1)
    dedup_key: str = Field(min_length=1, max_length=200)
    parameters: dict[str, Any] = Field(default_factory=dict)
    correlation_id: str = ""
