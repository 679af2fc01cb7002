"""Every Lambda of the portal, what starts it and what it may touch.

Everything else is derived from this table: functions, roles, environments, routes, event sources
and alarms. A handler that reads a further environment name or table needs a change here first.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Table(StrEnum):
    """DynamoDB tables, by lifecycle."""

    IDENTITY = "identity"
    IDEMPOTENCY = "idempotency"
    EPHEMERAL = "ephemeral"
    WORKFLOW = "workflow"
    CATALOG = "catalog"

    @property
    def variable(self) -> str:
        """The environment name that carries the table's name."""
        return f"{self.name}_TABLE"


class Queue(StrEnum):
    """SQS queues; each has a dead-letter queue of its own."""

    PROVISION = "provision"
    EMAIL = "email"
    CASE = "case"

    @property
    def variable(self) -> str:
        """The environment name that carries the queue's URL."""
        return f"{self.name}_QUEUE_URL"


class Secret(StrEnum):
    """Secrets Manager secrets: one per upstream, one for the signing keys."""

    SALESFORCE = "salesforce"
    WHMCS = "whmcs"
    ESIM = "esim"
    SENDGRID = "sendgrid"
    SIGNING = "signing"

    @property
    def variable(self) -> str:
        """The environment name that carries the secret's id."""
        return f"{self.name}_SECRET_ID"


class Access(StrEnum):
    """How a route proves who is calling."""

    PUBLIC = "public"  # catalogue, health: nothing to prove
    CREDENTIALS = "credentials"  # auth endpoints: the body is the proof; tighter throttles
    SIGNED = "signed"  # Salesforce: an HMAC that the handler verifies
    BEARER = "bearer"  # a Cognito ID token, verified by the gateway


@dataclass(frozen=True, kw_only=True)
class Route:
    """An HTTP route of the API, with `{name}` path parameters."""

    method: str
    path: str
    access: Access


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One Lambda: module `functions.<area>.<name>`, attribute `handler`.

    Exactly one of `route`, `consumes`, `consumes_dead_letters_of` and `every_minutes` says what
    starts it. `settings` are the environment names whose values are plain configuration;
    `reads` and `writes` are tables (writing includes reading); `timeout` is in seconds, `memory`
    in MB; `batch_size` counts messages; `cognito_actions` are IAM actions on the user pool.
    """

    area: str
    name: str
    route: Route | None = None
    consumes: Queue | None = None
    consumes_dead_letters_of: Queue | None = None
    every_minutes: int | None = None
    settings: tuple[str, ...] = ()
    reads: tuple[Table, ...] = ()
    writes: tuple[Table, ...] = ()
    queries_status_index: bool = False
    sends: tuple[Queue, ...] = ()
    secrets: tuple[Secret, ...] = ()
    user_pool: bool = False
    cognito_actions: tuple[str, ...] = ()
    memory: int = 512
    timeout: int = 15
    batch_size: int = 1

    @property
    def id(self) -> str:
        """Unique name within a stage, as in the function's physical name."""
        return f"{self.area}-{self.name.replace('_', '-')}"

    @property
    def module(self) -> str:
        """Dotted module name."""
        return f"functions.{self.area}.{self.name}"

    @property
    def handler(self) -> str:
        """Lambda's handler string."""
        return f"{self.module}.handler"

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every table that it touches."""
        return (*self.reads, *self.writes)

    @property
    def environment(self) -> frozenset[str]:
        """Exactly the environment names that it gets."""
        names = {*BASE_ENVIRONMENT, *self.settings}
        names.update(resource.variable for resource in (*self.tables, *self.sends, *self.secrets))
        if self.consumes is not None:
            names.add(self.consumes.variable)
        if self.route is not None:
            names.add("CORS_ORIGINS")
        if self.user_pool:
            names.update(USER_POOL)
        return frozenset(names)


BASE_ENVIRONMENT = (
    "STAGE",
    "POWERTOOLS_SERVICE_NAME",
    "POWERTOOLS_METRICS_NAMESPACE",
    "POWERTOOLS_LOG_LEVEL",
)
USER_POOL = ("USER_POOL_ID", "USER_POOL_CLIENT_ID")
SALESFORCE = ("SALESFORCE_URL", "SALESFORCE_API_VERSION")
ACCOUNT_FIELDS = ("SALESFORCE_CUSTOMER_NUMBER_FIELD", "SALESFORCE_ACCOUNT_EMAIL_FIELD")
ELIGIBILITY_FIELDS = (
    "SALESFORCE_DWELLING_FIELD",
    "SALESFORCE_TIER_FIELD",
    "SALESFORCE_REGION_FIELD",
)
PRICEBOOK = ("SALESFORCE_PRICEBOOK",)
WHMCS = ("WHMCS_API_URL",)
WHMCS_CLIENT_FIELDS = (
    "WHMCS_CUSTOMER_NUMBER_FIELD_ID",
    "WHMCS_DATE_OF_BIRTH_FIELD_ID",
    "WHMCS_GENDER_FIELD_ID",
    "WHMCS_NATIONALITY_FIELD_ID",
)
ESIM = ("ESIM_PROVIDER", "ESIM_API_URL")
EMAIL = (
    "SENDGRID_API_URL",
    "EMAIL_TRANSPORT",
    "EMAIL_FROM",
    "EMAIL_FROM_NAME",
    "SMTP_HOST",
    "SMTP_PORT",
    "PORTAL_WEB_URL",
)
TIME_ZONE = ("PORTAL_TIME_ZONE",)

# An HTTP handler must answer before the gateway gives up at 29 s.
HTTP_UPSTREAM_TIMEOUT = 28

CREATE_USER = ("AdminCreateUser", "AdminSetUserPassword", "AdminGetUser", "AdminDeleteUser")
END_SESSIONS = ("AdminSetUserPassword", "AdminUserGlobalSignOut")

AUTH = (
    Endpoint(
        area="auth",
        name="signup",
        route=Route(method="POST", path="/auth/signup", access=Access.CREDENTIALS),
        settings=(*SALESFORCE, *ACCOUNT_FIELDS, *WHMCS, *WHMCS_CLIENT_FIELDS),
        writes=(Table.IDENTITY, Table.EPHEMERAL),
        sends=(Queue.EMAIL, Queue.CASE),
        secrets=(Secret.SALESFORCE, Secret.WHMCS),
        user_pool=True,
        cognito_actions=CREATE_USER,
        memory=1024,
        timeout=HTTP_UPSTREAM_TIMEOUT,
    ),
    Endpoint(
        area="auth",
        name="login",
        route=Route(method="POST", path="/auth/login", access=Access.CREDENTIALS),
        writes=(Table.EPHEMERAL,),
        user_pool=True,
        cognito_actions=("AdminInitiateAuth",),
    ),
    Endpoint(
        area="auth",
        name="refresh",
        route=Route(method="POST", path="/auth/refresh", access=Access.CREDENTIALS),
        writes=(Table.EPHEMERAL,),
        user_pool=True,
    ),
    Endpoint(
        area="auth",
        name="logout",
        route=Route(method="POST", path="/auth/logout", access=Access.CREDENTIALS),
        user_pool=True,
    ),
    Endpoint(
        area="auth",
        name="request_password_reset",
        route=Route(method="POST", path="/auth/request-password-reset", access=Access.CREDENTIALS),
        writes=(Table.EPHEMERAL,),
        sends=(Queue.EMAIL,),
    ),
    Endpoint(
        area="auth",
        name="reset_password",
        route=Route(method="POST", path="/auth/reset-password", access=Access.CREDENTIALS),
        writes=(Table.EPHEMERAL,),
        sends=(Queue.EMAIL,),
        user_pool=True,
        cognito_actions=END_SESSIONS,
    ),
    Endpoint(
        area="auth",
        name="change_password",
        route=Route(method="POST", path="/auth/change-password", access=Access.BEARER),
        writes=(Table.EPHEMERAL,),
        sends=(Queue.EMAIL,),
        user_pool=True,
        cognito_actions=("AdminInitiateAuth", *END_SESSIONS),
    ),
    Endpoint(
        area="auth",
        name="link_whmcs",
        route=Route(method="POST", path="/auth/link-whmcs", access=Access.CREDENTIALS),
        settings=(*SALESFORCE, *ACCOUNT_FIELDS, *WHMCS, *WHMCS_CLIENT_FIELDS),
        writes=(Table.IDENTITY, Table.EPHEMERAL),
        sends=(Queue.EMAIL, Queue.CASE),
        secrets=(Secret.SALESFORCE, Secret.WHMCS),
        user_pool=True,
        cognito_actions=CREATE_USER,
        memory=1024,
        timeout=HTTP_UPSTREAM_TIMEOUT,
    ),
    Endpoint(
        area="auth",
        name="me",
        route=Route(method="GET", path="/me", access=Access.BEARER),
        reads=(Table.IDENTITY,),
    ),
    Endpoint(
        area="auth",
        name="case_worker",
        consumes=Queue.CASE,
        settings=SALESFORCE,
        writes=(Table.IDEMPOTENCY,),
        secrets=(Secret.SALESFORCE,),
        timeout=30,
    ),
)


def _billing(
    name: str, method: str, path: str, *settings: str, writes: tuple[Table, ...] = ()
) -> Endpoint:
    return Endpoint(
        area="billing",
        name=name,
        route=Route(method=method, path=path, access=Access.BEARER),
        settings=(*WHMCS, *settings),
        reads=(Table.IDENTITY,),
        writes=writes,
        secrets=(Secret.WHMCS,),
        timeout=HTTP_UPSTREAM_TIMEOUT,
    )


BILLING = (
    _billing(
        "sso_link",
        "POST",
        "/auth/sso-link",
        "WHMCS_PAYMENT_METHODS_PATH",
        writes=(Table.EPHEMERAL,),
    ),
    _billing("get_address", "GET", "/me/billing"),
    _billing("update_address", "PATCH", "/me/billing"),
    _billing("payment_methods", "GET", "/billing/payment-methods/summary"),
    _billing("list_invoices", "GET", "/billing/invoices"),
    _billing("get_invoice", "GET", "/billing/invoices/{invoiceId}"),
)

CATALOG = (
    Endpoint(
        area="catalog",
        name="list_products",
        route=Route(method="GET", path="/catalog", access=Access.PUBLIC),
        settings=(*SALESFORCE, *PRICEBOOK, *TIME_ZONE),
        writes=(Table.CATALOG,),
        secrets=(Secret.SALESFORCE,),
        memory=1024,
        timeout=HTTP_UPSTREAM_TIMEOUT,
    ),
    Endpoint(
        area="catalog",
        name="get_product",
        route=Route(method="GET", path="/catalog/{sku}", access=Access.PUBLIC),
        settings=(*SALESFORCE, *PRICEBOOK, *TIME_ZONE),
        writes=(Table.CATALOG,),
        secrets=(Secret.SALESFORCE,),
        memory=1024,
        timeout=HTTP_UPSTREAM_TIMEOUT,
    ),
    Endpoint(
        area="catalog",
        name="personalized",
        route=Route(method="GET", path="/catalog/personalized", access=Access.BEARER),
        settings=(*SALESFORCE, *PRICEBOOK, *ELIGIBILITY_FIELDS, *TIME_ZONE),
        reads=(Table.IDENTITY,),
        writes=(Table.CATALOG,),
        secrets=(Secret.SALESFORCE,),
        memory=1024,
        timeout=HTTP_UPSTREAM_TIMEOUT,
    ),
)

ORDERS = (
    Endpoint(
        area="orders",
        name="create_order",
        route=Route(method="POST", path="/orders", access=Access.BEARER),
        settings=(*SALESFORCE, *PRICEBOOK, *ELIGIBILITY_FIELDS, *WHMCS, *TIME_ZONE),
        reads=(Table.IDENTITY,),
        writes=(Table.IDEMPOTENCY, Table.CATALOG, Table.WORKFLOW),
        sends=(Queue.EMAIL,),
        secrets=(Secret.SALESFORCE, Secret.WHMCS),
        memory=1024,
        timeout=HTTP_UPSTREAM_TIMEOUT,
    ),
    Endpoint(
        area="orders",
        name="list_orders",
        route=Route(method="GET", path="/orders", access=Access.BEARER),
        settings=SALESFORCE,
        reads=(Table.IDENTITY, Table.WORKFLOW),
        secrets=(Secret.SALESFORCE,),
        memory=1024,
        timeout=HTTP_UPSTREAM_TIMEOUT,
    ),
    Endpoint(
        area="orders",
        name="get_order",
        route=Route(method="GET", path="/orders/{sfOrderId}", access=Access.BEARER),
        settings=SALESFORCE,
        reads=(Table.IDENTITY, Table.WORKFLOW),
        secrets=(Secret.SALESFORCE,),
        memory=1024,
        timeout=HTTP_UPSTREAM_TIMEOUT,
    ),
)

PROVISION = (
    Endpoint(
        area="provision",
        name="start",
        route=Route(method="POST", path="/orders/{sfOrderId}/provision", access=Access.SIGNED),
        writes=(Table.WORKFLOW, Table.EPHEMERAL),
        sends=(Queue.PROVISION,),
        secrets=(Secret.SIGNING,),
    ),
    Endpoint(
        area="provision",
        name="worker",
        consumes=Queue.PROVISION,
        settings=(
            *SALESFORCE,
            *WHMCS,
            "WHMCS_PAYMENT_METHOD",
            *ESIM,
            *TIME_ZONE,
            "PROVISION_MAX_ATTEMPTS",
        ),
        reads=(Table.IDENTITY,),
        writes=(Table.WORKFLOW, Table.IDEMPOTENCY),
        sends=(Queue.EMAIL,),
        secrets=(Secret.SALESFORCE, Secret.WHMCS, Secret.ESIM),
        memory=1024,
        timeout=150,
    ),
    Endpoint(
        area="provision",
        name="dead_letter",
        consumes_dead_letters_of=Queue.PROVISION,
        settings=SALESFORCE,
        writes=(Table.WORKFLOW,),
        secrets=(Secret.SALESFORCE,),
        timeout=60,
    ),
    Endpoint(
        area="provision",
        name="sweeper",
        every_minutes=5,
        settings=("PROVISION_MAX_ATTEMPTS",),
        writes=(Table.WORKFLOW,),
        queries_status_index=True,
        sends=(Queue.PROVISION,),
        timeout=60,
    ),
)

MAIL = (
    Endpoint(
        area="email",
        name="send",
        consumes=Queue.EMAIL,
        settings=(*EMAIL, *ESIM, *TIME_ZONE),
        reads=(Table.IDENTITY,),
        writes=(Table.IDEMPOTENCY, Table.EPHEMERAL),
        secrets=(Secret.SENDGRID, Secret.ESIM),
        timeout=60,
        batch_size=5,
    ),
)

SYSTEM = (
    Endpoint(
        area="system",
        name="health",
        route=Route(method="GET", path="/health", access=Access.PUBLIC),
        memory=256,
        timeout=5,
    ),
)

ENDPOINTS: tuple[Endpoint, ...] = (
    *AUTH,
    *BILLING,
    *CATALOG,
    *ORDERS,
    *PROVISION,
    *MAIL,
    *SYSTEM,
)
AREAS: tuple[str, ...] = tuple(dict.fromkeys(endpoint.area for endpoint in ENDPOINTS))


def consumer_of(queue: Queue) -> Endpoint:
    """The Lambda that works a queue off."""
    return next(endpoint for endpoint in ENDPOINTS if endpoint.consumes is queue)
