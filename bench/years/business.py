"""The systems around the portal, and everything that is configured."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import Any

import boto3
from starlette.applications import Starlette

from bench.years import providers
from bench.years.cloud import REGION, Cloud, create_tables
from bench.years.lambdas import Lambdas
from bench.years.providers import Provider
from bench.years.wire import Answered, Exchange, Sent, Server, Wire
from bench.years.world import World
from local.demo.data import (
    CONSUMER_KEY,
    CONSUMER_SECRET,
    salesforce_seed,
    sendgrid_seed,
    whmcs_seed,
)
from local.emulators.kit.emulator import Emulator, admin_routes
from local.emulators.salesforce.app import SalesforceEmulator
from local.emulators.sendgrid.emulator import SendGrid
from local.emulators.whmcs import invoicing
from local.emulators.whmcs.emulator import API_PATH, Whmcs

TABLES = {
    "identity": ("pk",),
    "idempotency": ("id",),
    "ephemeral": ("pk",),
    "catalog": ("pk",),
    "workflow": ("pk", "sk"),
}
SIGNING_KEY_ID, SIGNING_KEY = "k1", "a-signing-key-of-the-simulation"
UNAUTHORIZED = 401
PENDING = "Payment Pending"
TOP_UPS = [
    {"offer": "add_jptopup1gb", "price": "700"},
    {"offer": "add_jptopup5gb", "price": "2400"},
]
SECRETS = {
    "salesforce": {"consumerKey": CONSUMER_KEY, "consumerSecret": CONSUMER_SECRET},
    "whmcs": {"identifier": "local-identifier", "secret": "local-secret"},
    "mail": {"apiKey": "SG.local"},
    "signing": {"keys": {SIGNING_KEY_ID: SIGNING_KEY}},
}
SETTINGS = {
    "AWS_ACCESS_KEY_ID": "simulation",
    "AWS_SECRET_ACCESS_KEY": "simulation",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
    "POWERTOOLS_SERVICE_NAME": "years",
    "POWERTOOLS_LOG_LEVEL": "CRITICAL",
    "STAGE": "years",
    "CORS_ORIGINS": "https://portal.example",
    "SALESFORCE_URL": "http://salesforce.simulation",
    "SALESFORCE_API_VERSION": "63.0",
    "SALESFORCE_PRICEBOOK": "Portal",
    "SALESFORCE_CUSTOMER_NUMBER_FIELD": "Customer_Number__c",
    "SALESFORCE_ACCOUNT_EMAIL_FIELD": "PersonEmail",
    "SALESFORCE_DWELLING_FIELD": "Portal_Dwelling__c",
    "SALESFORCE_TIER_FIELD": "Portal_Tier__c",
    "SALESFORCE_REGION_FIELD": "Portal_Region__c",
    "WHMCS_API_URL": f"http://whmcs.simulation{API_PATH}",
    "WHMCS_PAYMENT_METHOD": "stripe",
    "WHMCS_PAYMENT_METHODS_PATH": "index.php?rp=/account/paymentmethods",
    "WHMCS_CUSTOMER_NUMBER_FIELD_ID": "1",
    "WHMCS_DATE_OF_BIRTH_FIELD_ID": "2",
    "WHMCS_GENDER_FIELD_ID": "3",
    "WHMCS_NATIONALITY_FIELD_ID": "4",
    "EMAIL_TRANSPORT": "sendgrid",
    "SENDGRID_API_URL": "http://sendgrid.simulation",
    "EMAIL_FROM": "no-reply@portal.example",
    "EMAIL_FROM_NAME": "Portal",
    "PORTAL_WEB_URL": "https://portal.example",
    "PORTAL_TIME_ZONE": "Asia/Tokyo",
    "PORTAL_CURRENCY": "JPY",
    "ORDER_CANCELLED_STATUS": "Cancelled",
    "PASSWORD_MIN_LENGTH": "10",
    "PASSWORD_REQUIRE_LOWERCASE": "true",
    "PASSWORD_REQUIRE_UPPERCASE": "true",
    "PASSWORD_REQUIRE_DIGITS": "true",
    "PASSWORD_REQUIRE_SYMBOLS": "false",
    "SIGNUP_PROOF": "none",
    "REFRESH_TOKEN_DAYS": "30",
    "REFRESH_COOKIE_NAME": "portal_refresh",
    "REFRESH_COOKIE_PATH": "/api/auth",
    "REFRESH_COOKIE_SAMESITE": "Strict",
    "REFRESH_COOKIE_SECURE": "true",
    "REFRESH_COOKIE_DOMAIN": "",
    "PROVISION_NEEDS_APPROVAL": "true",
    "AUDIT_HOUR": "3",
    "AUDIT_MOST_CALLS": "5000",
    "ESIM_REISSUES_PER_MONTH": "3",
    **{f"{kind}_PATIENCE_HOURS": "24" for kind in ("PROVISION", "EMAIL", "CASE")},
    "OPERATION_PATIENCE_HOURS": "6",
    **{f"{kind}_MAX_RETRIES": "7" for kind in ("PROVISION", "OPERATION")},
    **{f"{kind}_MAX_RETRIES": "6" for kind in ("EMAIL", "CASE")},
    **{f"{name.upper()}_TABLE": name for name in TABLES},
    **{
        f"{name.upper().replace('-', '_')}_SECRET_ID": name
        for name in (*SECRETS, *providers.SECRETS[providers.GIGS])
    },
}


@dataclass
class Business:
    """The vendors. `backdoor` is a way to them that has no faults, for people and checks."""

    world: World
    wire: Wire
    salesforce: SalesforceEmulator
    whmcs: Whmcs
    esim: Provider
    sendgrid: SendGrid

    @property
    def emulators(self) -> dict[str, Emulator[Any]]:
        """All of them by name."""
        return {e.name: e for e in (self.salesforce, self.whmcs, self.esim.emulator, self.sendgrid)}

    def seed(self) -> None:
        """Give each its products and set-up, and nobody of the demo."""
        org = salesforce_seed("")
        org["records"]["Account"] = []
        for product in org["records"]["Product2"]:
            product["eSIM_Settings_JSON__c"] = _with_top_ups(product["eSIM_Settings_JSON__c"])
        org["connectedApps"][0]["publicKeyPem"] = None
        self.salesforce.seed(org)
        self.whmcs.seed({**whmcs_seed(), "clients": []})
        self.esim.seed()
        self.sendgrid.seed(sendgrid_seed())

    def bank_decides(self, *, taken: bool) -> None:
        """Let the bank take, or refuse, every payment that is pending."""
        context = self.whmcs.context()
        for invoice in self.whmcs.store.invoices.where(lambda one: one.status == PENDING):
            invoice.status = "Unpaid"
            if taken:
                amount, gateway = invoicing.balance(context, invoice), invoice.paymentmethod
                transid = f"ch_{secrets.token_hex(12)}"
                invoicing.record_payment(
                    context, invoice, amount=amount, gateway=gateway, transid=transid
                )

    def backdoor(self, emulator: Emulator[Any], method: str, path: str, body: Any = None) -> Any:
        """Send a request that no fault meets and no journal keeps. Returns the parsed answer."""
        answer = self._asked(emulator, method, path, body)
        if answer.status == UNAUTHORIZED:  # sessions were ended right now
            answer = self._asked(emulator, method, path, body)
        parsed = json.loads(answer.body) if answer.body else None
        if answer.status >= 400:  # noqa: PLR2004  # an error
            raise Refusal(answer.status, str(parsed))
        return parsed

    def _asked(self, emulator: Emulator[Any], method: str, path: str, body: Any) -> Answered:
        app = Starlette(routes=[*admin_routes(emulator), *emulator.routes()])
        headers = {"content-type": "application/json"}
        if emulator is self.salesforce and not path.startswith("/_admin"):
            headers["authorization"] = f"Bearer {self._session()}"
        sent = Sent(
            method,
            f"http://{emulator.name}.simulation{path}",
            headers,
            b"" if body is None else json.dumps(body).encode(),
            60.0,
        )
        return Exchange(self.world, sent).run(app)

    def _session(self) -> str:
        app = Starlette(routes=[*self.salesforce.routes()])
        body = (
            f"grant_type=client_credentials&client_id={CONSUMER_KEY}"
            f"&client_secret={CONSUMER_SECRET}"
        )
        url = "http://salesforce.simulation/services/oauth2/token"
        headers = {"content-type": "application/x-www-form-urlencoded"}
        answer = Exchange(self.world, Sent("POST", url, headers, body.encode(), 60.0)).run(app)
        return str(json.loads(answer.body)["access_token"])


class Refusal(Exception):
    """A vendor does not let a person do that."""


def make_business(world: World, wire: Wire, esim: Provider) -> Business:
    """Return seeded vendors that answer on the wire."""
    business = Business(
        world=world,
        wire=wire,
        salesforce=SalesforceEmulator(),
        whmcs=Whmcs(),
        esim=esim,
        sendgrid=SendGrid(),
    )
    medians = {"salesforce": 0.35, "whmcs": 0.6, "sendgrid": 0.2, esim.name: 0.5}
    for name, emulator in business.emulators.items():
        median = medians[name]
        wire.servers[f"{name}.simulation"] = Server(
            name,
            emulator.app(),
            lambda median=median: median * world.random.lognormvariate(0.0, 0.5),  # type: ignore[misc]  # bound now
            emulator.name_operation,
        )
    business.seed()
    return business


def make_account(cloud: Cloud, lambdas: Lambdas, provider: str) -> dict[str, str]:
    """Create tables, secrets, queues and the user pool. Returns the settings that name them."""
    create_tables(TABLES)
    secrets: Any = boto3.client("secretsmanager", region_name=REGION)
    documents = {name: json.dumps(document) for name, document in SECRETS.items()}
    for name, text in (documents | providers.secrets(provider)).items():
        secrets.create_secret(Name=name, SecretString=text)
    users: Any = boto3.client("cognito-idp", region_name=REGION)
    pool = users.create_user_pool(PoolName="portal", UsernameAttributes=["email"])["UserPool"]["Id"]
    client = users.create_user_pool_client(
        UserPoolId=pool,
        ClientName="backend",
        ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
    )["UserPoolClient"]["ClientId"]
    lambdas.make_queues(SETTINGS)
    urls = {}
    for name, queue in cloud.queues.by_name.items():
        variable = name.upper().replace("-", "_")
        urls[f"{variable}_URL" if "DEAD" in variable else f"{variable}_QUEUE_URL"] = queue.url
    users_of = {"USER_POOL_ID": pool, "USER_POOL_CLIENT_ID": client}
    return {**users_of, **urls, **providers.settings(provider)}


def _with_top_ups(settings: str | None) -> str | None:
    if settings is None:
        return None
    document = json.loads(settings)
    document["provider"][providers.GIGS]["topUps"] = TOP_UPS
    return json.dumps(document)
