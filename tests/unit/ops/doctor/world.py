"""A sound installation over the vendors' emulators, in one process.

A test changes one thing of it and looks at the lines that turn red.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from portal.domain.identity import CustomerMapping
from portal.repositories.identity import mapping_item
from typer.testing import CliRunner, Result

from infra.config import Config
from infra.resource_names import Secret
from local.demo.data import CONSUMER_KEY, CONSUMER_SECRET, gigs_seed, sendgrid_seed
from local.demo.people import CHEN
from local.emulators.gigs.emulator import DEFAULT_PROJECTS, Gigs
from local.emulators.kit.server import Running, running
from local.emulators.salesforce.app import SalesforceEmulator
from local.emulators.sendgrid.emulator import DEFAULT_KEYS, SendGrid
from local.emulators.whmcs.emulator import API_PATH, Whmcs
from local.stack.build import CONFIGURATION
from ops.cli import app
from ops.deps import StageRoot
from ops.doctor.checks import CHECKS
from ops.doctor.examination import examine
from ops.doctor.installation import Installation
from ops.doctor.model import Line, Status
from ops.stages import Stage
from tests.fakes.aws_account import AwsAccount
from tests.fakes.portal_api import Behaviour, PortalApi
from tests.vendors import Vendors, account_id

DELIBERATE = ("VPN-PARIS", "VPN-SYDNEY")
"""Products of the demo with a mistake to show: here they are hidden."""
SIGNING_KEYS = {"k1": "a signing key of this stage"}
(GIGS_PROJECT, GIGS_TOKEN), *_ = DEFAULT_PROJECTS.items()


@dataclass
class World:
    """Every system of an installation, within reach of a test."""

    vendors: Vendors
    gigs: Gigs
    sendgrid: SendGrid
    api: PortalApi
    aws: AwsAccount

    @property
    def salesforce(self) -> SalesforceEmulator:
        return self.vendors.salesforce

    @property
    def whmcs(self) -> Whmcs:
        return self.vendors.whmcs

    def root(self) -> StageRoot:
        """The tools' own composition root over the AWS account of this world."""
        root = StageRoot("dev")
        root.__dict__["stage"] = Stage(
            name="dev",
            cloud=self.aws.cloud,
            outputs=self.aws.outputs,
            environment=self.aws.environment,
        )
        return root

    def installation(self) -> Installation:
        return self.root().doctor()

    def examine(self) -> list[Line]:
        return list(examine(CHECKS, self.installation()))

    def run(self, *arguments: str, answer: str = "") -> Result:
        """The command itself."""
        return CliRunner().invoke(app, ["doctor", *arguments], obj=self.root(), input=answer)

    def product(self, sku: str) -> dict[str, Any]:
        """The record of a product in Salesforce."""
        return next(r for r in self.vendors.records("Product2") if r["ProductCode"] == sku)

    def change_product(self, sku: str, **fields: Any) -> None:
        """Edit a product in Salesforce, as staff does."""
        client = self.vendors.salesforce_client()
        path = f"sobjects/Product2/{self.product(sku)['Id']}"
        client.request("PATCH", path, operation="staff", json=fields, writes=True)


def statuses(lines: list[Line], *wanted: Status) -> set[str]:
    """The ids of the lines with one of these statuses."""
    return {line.check.id for line in lines if line.finding.status in wanted}


@dataclass(frozen=True)
class Servers:
    """What answers on loopback, once a session."""

    gigs: Running
    sendgrid: Running
    api: PortalApi


@pytest.fixture(scope="session")
def doctor_servers() -> Iterator[Servers]:
    with running(Gigs()) as gigs, running(SendGrid()) as sendgrid, PortalApi() as api:
        yield Servers(gigs, sendgrid, api)


@pytest.fixture
def world(vendors: Vendors, doctor_servers: Servers) -> World:
    """A sound installation."""
    gigs, sendgrid = doctor_servers.gigs.emulator, doctor_servers.sendgrid.emulator
    assert isinstance(gigs, Gigs)
    assert isinstance(sendgrid, SendGrid)
    for emulator, seed in ((gigs, gigs_seed()), (sendgrid, sendgrid_seed())):
        emulator.reset()
        emulator.seed(seed)
    api = doctor_servers.api
    api.behaviour = Behaviour(origins=[api.origin], keys=dict(SIGNING_KEYS))
    api.signed.clear()
    made = World(vendors, gigs, sendgrid, api, _account(vendors, doctor_servers))
    for sku in DELIBERATE:
        made.change_product(sku, Portal_Visible__c=False)
    mapping = CustomerMapping(
        user_id="user-chen",
        email=CHEN.email,
        whmcs_client_id=1,
        sf_account_id=account_id(CHEN),
        customer_number=CHEN.number,
        first_name=CHEN.first_name,
    )
    made.aws.items.append(mapping_item(mapping))
    return made


def _account(vendors: Vendors, servers: Servers) -> AwsAccount:
    settings = {
        **CONFIGURATION,
        "STAGE": "dev",
        "SIGNUP_PROOF": "email",
        "CORS_ORIGINS": servers.api.origin,
        "PORTAL_WEB_URL": servers.api.origin,
        "SALESFORCE_URL": vendors.salesforce_url,
        "WHMCS_API_URL": f"{vendors.whmcs_url}{API_PATH}",
        "ESIM_API_URL": servers.gigs.url,
        "SENDGRID_API_URL": servers.sendgrid.url,
    }
    secrets = {
        Secret.SALESFORCE: {"consumerKey": CONSUMER_KEY, "consumerSecret": CONSUMER_SECRET},
        Secret.WHMCS: {"identifier": "local-identifier", "secret": "local-secret"},
        Secret.ESIM: {"project": GIGS_PROJECT, "token": GIGS_TOKEN},
        Secret.MAIL: {"apiKey": next(iter(DEFAULT_KEYS))},
        Secret.SMOKE: {"password": "a password of this stage"},
        Secret.SIGNING: {"keys": SIGNING_KEYS},
        Secret.ESIM_WEBHOOK: {"signingSecret": "whsec_dGVzdC13ZWJob29rLXNlY3JldC0yNA=="},
    }
    values: dict[str, Any] = {name.lower(): value for name, value in settings.items()}
    config = Config(**values)
    return AwsAccount(config, api_url=f"{servers.api.origin}/api", secrets=secrets)
