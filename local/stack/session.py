"""Starts and stops the whole stack."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from portal import config
from portal.domain.signup_proof import fact_in

from functions.email.sender import SenderConfig, sender_of
from local.context import DemoAccount, SiteContext, StackContext
from local.demo.data import operators_seed
from local.front.app import create_app
from local.stack import build, emulators, ministack, sidecar, webhooks
from local.stack.accounts import sign_up_accounts
from local.stack.assembly import Deployed, deploy_assembly
from local.stack.credentials import (
    CONSUMER_KEY,
    CONSUMER_SECRET,
    SIGNING_KEY_ID,
    Credentials,
    credentials,
    store,
)
from local.stack.fixups import API_ID
from local.stack.logs import forget
from local.stack.ports import listen, port_of, reserve
from local.stack.serving import serving_front
from local.stack.settings import ACCOUNT, REGION, REPOSITORY, Settings, front_origins

API_STAGE = "api"
OPENAPI = REPOSITORY / "docs" / "openapi.json"
NEEDS_APPROVAL = "PROVISION_NEEDS_APPROVAL"
SITE = REPOSITORY / "web" / "dist"

Progress = Callable[[str], None]
"""Called with the name of each step when it begins."""


def _silent(_: str) -> None:
    return None


@contextmanager
def running(
    settings: Settings, *, progress: Progress = _silent, demo_accounts: bool = False
) -> Iterator[StackContext]:
    """Build, start, deploy and seed everything; stop all of it at the end.

    With `demo_accounts`, the demo's portal users are signed up through the API. Raises
    PortTakenError, BuildError, MinistackError, DeployError, ServingError or WebhookError, each with
    a message that says what to do.
    """
    check_ports(settings)
    assembly = _prepare(settings, progress)
    forget(settings.logs)
    with ExitStack() as stack:
        secrets = credentials(settings)
        door = stack.enter_context(listen("front", settings.ports["front"]))
        front_url = front_origins(port_of(door))[0]
        progress("starting ministack and the emulators")
        aws = stack.enter_context(ministack.running(settings))
        urls = stack.enter_context(
            emulators.running(settings, salesforce_public_key=secrets.salesforce_public_key)
        )
        progress("deploying the template")
        deployed = deploy_assembly(
            aws,
            assembly,
            environment=settings.brand.lambda_environment()
            | emulators.lambda_environment(settings, urls),
            front_port=port_of(door),
            cache=settings.root / "assets",
        )
        emulators.enrol_operators(
            urls,
            operators_seed(
                _api_url(aws.endpoint),
                SIGNING_KEY_ID,
                secrets.signing_key,
                needs_approval=deployed.variables[NEEDS_APPROVAL] == "true",
            ),
        )
        store(aws.client("secretsmanager"), secret_ids(deployed), secrets.values)
        stack.enter_context(sidecar.running(aws, settings.logs))
        accounts: tuple[DemoAccount, ...] = ()
        if demo_accounts:
            progress("signing up the demo's customers")
            accounts = sign_up_accounts(_api_url(aws.endpoint), urls)
        context = _context(
            settings, assembly, aws.endpoint, urls, deployed, secrets, front_url, accounts
        )
        stack.enter_context(serving_front(create_app(context), door))
        webhooks.register(settings, urls, f"{front_url}/{API_STAGE}")
        yield context


def _prepare(settings: Settings, progress: Progress) -> Path:
    """Build what is missing or out of date. Return the folder of the cloud assembly."""
    progress("preparing ministack's environment")
    with build.locked(settings):
        ministack.prepare(settings)
        progress("building the layer of this machine")
        build.host_layer(settings)
        progress("synthesising the template")
        return build.synthesise(settings)


def check_ports(settings: Settings) -> None:
    """Raise PortTakenError for a port that is taken, before anything slow begins."""
    for service in ("front", "ministack", *settings.emulators):
        reserve(service, settings.ports[service])


def secret_ids(deployed: Deployed) -> dict[str, str]:
    """Return secret name (salesforce, whmcs, …) → its id in the Lambdas' environment."""
    ending = "_SECRET_ID"
    return {
        name.removesuffix(ending).lower(): value
        for name, value in deployed.variables.items()
        if name.endswith(ending)
    }


def _api_url(aws_endpoint: str) -> str:
    return f"{aws_endpoint}/_aws/execute-api/{API_ID}/{API_STAGE}"


def _context(
    settings: Settings,
    assembly: Path,
    aws_endpoint: str,
    urls: dict[str, str],
    deployed: Deployed,
    secrets: Credentials,
    front_url: str,
    accounts: tuple[DemoAccount, ...],
) -> StackContext:
    sender = sender_of(config.load(SenderConfig, deployed.variables))
    return StackContext(
        api_url=_api_url(aws_endpoint),
        aws_endpoint=aws_endpoint,
        region=REGION,
        aws_account=ACCOUNT,
        assembly=assembly,
        logs=settings.logs,
        salesforce_url=urls.get("salesforce"),
        whmcs_url=urls.get("whmcs"),
        gigs_url=urls.get("gigs"),
        esim_access_url=urls.get("esim_access"),
        sendgrid_url=urls.get("sendgrid"),
        signing_key_id=SIGNING_KEY_ID,
        signing_key=secrets.signing_key,
        openapi_path=OPENAPI,
        front_url=front_url,
        user_pool_id=deployed.variables["USER_POOL_ID"],
        stack_outputs=deployed.outputs,
        salesforce_consumer_key=CONSUMER_KEY,
        salesforce_consumer_secret=CONSUMER_SECRET,
        accounts=accounts,
        cors_origins=tuple(deployed.variables["CORS_ORIGINS"].split(",")),
        mail_sender=sender,
        site=SiteContext(
            dist=SITE,
            brand_name=settings.brand.name,
            brand_logo_url=settings.brand.logo_url,
            brand_color=settings.brand.color,
            currency=deployed.variables["PORTAL_CURRENCY"],
            time_zone=deployed.variables["PORTAL_TIME_ZONE"],
            signup_proof=deployed.variables["SIGNUP_PROOF"],
            signup_fact=fact_in(deployed.variables["SIGNUP_PROOF_FIELD"]),
            support_email=sender.reply_to,
        ),
    )
