"""Jobs of the case queue, each of which opens a Case for Salesforce staff. They hold only ids."""

from __future__ import annotations

import hashlib
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel


class TopUpCase(BaseModel):
    """A top-up that was paid and not delivered; or nobody knows.

    `decision`: the portal credits the amount (`credit`), or a person decides (`person`). `code` is
    why the top-up stopped.
    """

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True
    )

    operation_id: str
    account_id: str
    service_id: int
    client_id: int
    invoice_id: int | None
    amount: str
    currency: str
    code: str
    decision: Literal["credit", "person"]


class CaseJob(BaseModel):
    """Open one Case: of a registration whose e-mail address is not the Account's, or of a top-up.

    `case_key` becomes the unique `Portal_Case_Key__c`, so one key opens one Case, however often
    the job is delivered.
    """

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True
    )

    case_key: str = Field(min_length=1, max_length=64)
    registration_id: str = ""
    topup: TopUpCase | None = None

    @model_validator(mode="after")
    def _about_one_thing(self) -> Self:
        if bool(self.registration_id) is (self.topup is not None):
            msg = "a Case is about a registration or about a top-up"
            raise ValueError(msg)
        return self


def email_case_key(sf_account_id: str, email: str) -> str:
    """Return the Case key for an Account and an address. The same pair always has the same key."""
    digest = hashlib.sha256(f"{sf_account_id}\x1f{email}".encode()).hexdigest()
    return f"email-{digest[:40]}"
