"""What the launcher tells the front door about the stack that it has just started."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class DemoAccount:
    """A portal account that somebody can log in with right away."""

    email: str
    password: str
    note: str


@dataclass(frozen=True, kw_only=True)
class StackContext:
    """Addresses and local-only credentials of one running stack.

    `api_url` is the emulated API Gateway's stage URL, without a trailing slash; `front_url` the
    front door's own. An emulator that was not started has the URL None; of the eSIM providers'
    emulators one at most runs. `signing_key` and the Salesforce consumer secret are made up for
    this machine and open nothing elsewhere.
    `stack_outputs` are the CloudFormation outputs by name.
    """

    api_url: str
    aws_endpoint: str
    region: str
    salesforce_url: str | None
    whmcs_url: str | None
    gigs_url: str | None
    esim_access_url: str | None
    sendgrid_url: str | None
    signing_key_id: str
    signing_key: str
    openapi_path: Path
    front_url: str
    user_pool_id: str
    stack_outputs: dict[str, str]
    salesforce_consumer_key: str
    salesforce_consumer_secret: str
    accounts: tuple[DemoAccount, ...]
