"""The description of a running stack that the launcher hands to the front door."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from functions.email.sender import Sender


@dataclass(frozen=True, kw_only=True)
class DemoAccount:
    """A portal account that is signed up and can be used to log in."""

    email: str
    password: str
    note: str


@dataclass(frozen=True, kw_only=True)
class SiteContext:
    """The customer's pages: the folder of the built site and its run-time configuration.

    `brand_logo_url` and `brand_color` are None where the site's own are used. `currency` is an
    ISO 4217 code, `time_zone` an IANA name. `signup_proof` is the stage's SIGNUP_PROOF,
    `signup_fact` the kind of fact that the pages name: `postcode`, `birth-date` or `other`.
    `support_email` is empty where customers cannot write to anybody.
    """

    dist: Path
    brand_name: str
    brand_logo_url: str | None
    brand_color: str | None
    currency: str
    time_zone: str
    signup_proof: str
    signup_fact: str
    support_email: str = ""


@dataclass(frozen=True, kw_only=True)
class StackContext:
    """Addresses and credentials of one running stack.

    `api_url` is the emulated API Gateway's stage URL, without a trailing slash; `front_url` the
    front door's own. An emulator that was not started has the URL None; of the eSIM
    providers' emulators at most one runs. `signing_key` and the
    Salesforce consumer secret are made for this machine and are valid nowhere else.
    `stack_outputs` are the CloudFormation outputs by name. `cors_origins` are the origins that the
    deployed API accepts, `mail_sender` is who the deployed Lambdas' mails are from. `aws_account`
    is the access key of the emulated account's root user, `assembly` the folder of the cloud
    assembly that was deployed, `logs` that of the Lambdas' log files.
    """

    api_url: str
    aws_endpoint: str
    region: str
    aws_account: str
    assembly: Path
    logs: Path
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
    cors_origins: tuple[str, ...]
    mail_sender: Sender
    site: SiteContext

    @property
    def emulators(self) -> dict[str, str]:
        """The URL of each emulator that runs, by name."""
        urls = {
            "salesforce": self.salesforce_url,
            "whmcs": self.whmcs_url,
            "gigs": self.gigs_url,
            "esim_access": self.esim_access_url,
            "sendgrid": self.sendgrid_url,
        }
        return {name: url for name, url in urls.items() if url is not None}
