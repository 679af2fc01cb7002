"""Mail jobs: what is put on the queue. No address, name or code ever travels in one."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class MailTemplate(StrEnum):
    """Every mail the portal sends; one folder of templates each."""

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

    `dedup_key` names the reason (`order-provisioned:801…`): at most one mail per key. Parameters
    are ids and amounts; whatever is personal or secret the sender looks up when it renders.
    """

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True
    )

    template: MailTemplate
    user_id: str = Field(min_length=1)
    dedup_key: str = Field(min_length=1, max_length=200)
    parameters: dict[str, Any] = Field(default_factory=dict)
    correlation_id: str = ""
