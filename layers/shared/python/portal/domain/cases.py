"""Jobs of the case queue, each of which opens a Case for Salesforce staff. They hold only ids."""

from __future__ import annotations

import hashlib

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class CaseJob(BaseModel):
    """Open the Case of one registration whose e-mail address is not the Account's.

    `case_key` becomes the unique `Portal_Case_Key__c`, so one key opens one Case, however often
    the job is delivered.
    """

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True
    )

    case_key: str = Field(min_length=1, max_length=64)
    registration_id: str = Field(min_length=1)


def email_case_key(sf_account_id: str, email: str) -> str:
    """Return the Case key for an Account and an address. The same pair always has the same key."""
    digest = hashlib.sha256(f"{sf_account_id}\x1f{email}".encode()).hexdigest()
    return f"email-{digest[:40]}"
