"""The table of all Lambdas of the portal, with their triggers and the resources they may use.

Functions, roles, environments, routes, event sources and alarms are derived from this table. A
handler that reads a further environment name or table needs a change here first.
"""

from __future__ import annotations

from infra.endpoint_model import Access, Endpoint, Route
from infra.resource_names import Queue, Secret, Table

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
REISSUES = ("ESIM_REISSUES_PER_MONTH",)
EMAIL = (
    "SENDGRID_API_URL",
    "EMAIL_TRANSPORT",
    "EMAIL_FROM",
    "EMAIL_FROM_NAME",
    "EMAIL_REPLY_TO",
    "EMAIL_COPY_TO",
    "SMTP_HOST",
    "SMTP_PORT",
    "SMTP_AUTHENTICATION",
    "PORTAL_WEB_URL",
    "BRAND_NAME",
    "BRAND_COLOR",
    "BRAND_LOGO_URL",
)
TIME_ZONE = ("PORTAL_TIME_ZONE",)
CURRENCY = ("PORTAL_CURRENCY",)
TAX = ("PORTAL_PRICES_INCLUDE_TAX",)
RATE_LIMITS = ("RATE_LIMITS",)
COUNTED = (*RATE_LIMITS, "DISTRIBUTION_SECRET_ID")
PASSWORD_RULES = (
    "PASSWORD_MIN_LENGTH",
    "PASSWORD_REQUIRE_LOWERCASE",
    "PASSWORD_REQUIRE_UPPERCASE",
    "PASSWORD_REQUIRE_DIGITS",
    "PASSWORD_REQUIRE_SYMBOLS",
)
SESSION = (
    *COUNTED,
    "REFRESH_COOKIE_NAME",
    "REFRESH_COOKIE_PATH",
    "REFRESH_COOKIE_SAMESITE",
    "REFRESH_COOKIE_SECURE",
    "REFRESH_COOKIE_DOMAIN",
    "REFRESH_TOKEN_DAYS",
)
SIGNUP_PROOF = ("SIGNUP_PROOF", "SIGNUP_PROOF_FIELD")
REGISTRATION = (
    *COUNTED,
    *SIGNUP_PROOF,
    *PASSWORD_RULES,
    *SALESFORCE,
    *ACCOUNT_FIELDS,
    *WHMCS,
    *WHMCS_CLIENT_FIELDS,
)
SYNTHETIC_CUSTOMER = ("SMOKE_EMAIL",)
CANCELLATION = ("ORDER_CANCELLED_STATUS",)
CATALOG_READING = (*SALESFORCE, *PRICEBOOK, *CURRENCY, *TIME_ZONE)

# An HTTP handler must answer before the gateway's timeout of 29 s.
HTTP_UPSTREAM_TIMEOUT = 28

# The client's secret, which signing in needs.
READ_CLIENT = "DescribeUserPoolClient"
CREATE_USER = (
    READ_CLIENT,
    "AdminCreateUser",
    "AdminSetUserPassword",
    "AdminGetUser",
    "AdminDeleteUser",
    "AdminInitiateAuth",  # a repeated signup is answered only with the right password
)
END_SESSIONS = ("AdminSetUserPassword", "AdminUserGlobalSignOut")

AUTH = (
    Endpoint(
        area="auth",
        name="signup",
        route=Route(method="POST", path="/auth/signup", access=Access.CREDENTIALS),
        settings=REGISTRATION,
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
        name="request_signup_proof",
        route=Route(method="POST", path="/auth/request-signup-proof", access=Access.CREDENTIALS),
        settings=(*COUNTED, *SIGNUP_PROOF),
        writes=(Table.EPHEMERAL,),
        sends=(Queue.EMAIL,),
    ),
    Endpoint(
        area="auth",
        name="login",
        route=Route(method="POST", path="/auth/login", access=Access.CREDENTIALS),
        settings=SESSION,
        writes=(Table.EPHEMERAL,),
        user_pool=True,
        cognito_actions=(READ_CLIENT, "AdminInitiateAuth"),
    ),
    Endpoint(
        area="auth",
        name="refresh",
        route=Route(method="POST", path="/auth/refresh", access=Access.CREDENTIALS),
        settings=SESSION,
        writes=(Table.EPHEMERAL,),
        user_pool=True,
        cognito_actions=(READ_CLIENT,),
    ),
    Endpoint(
        area="auth",
        name="logout",
        route=Route(method="POST", path="/auth/logout", access=Access.CREDENTIALS),
        settings=SESSION,
        writes=(Table.EPHEMERAL,),
        user_pool=True,
        cognito_actions=(READ_CLIENT,),
    ),
    Endpoint(
        area="auth",
        name="request_password_reset",
        route=Route(method="POST", path="/auth/request-password-reset", access=Access.CREDENTIALS),
        settings=COUNTED,
        reads=(Table.IDENTITY,),
        writes=(Table.EPHEMERAL,),
        sends=(Queue.EMAIL,),
    ),
    Endpoint(
        area="auth",
        name="reset_password",
        route=Route(method="POST", path="/auth/reset-password", access=Access.CREDENTIALS),
        settings=(*COUNTED, *PASSWORD_RULES),
        writes=(Table.EPHEMERAL,),
        sends=(Queue.EMAIL,),
        user_pool=True,
        cognito_actions=END_SESSIONS,
    ),
    Endpoint(
        area="auth",
        name="change_password",
        route=Route(method="POST", path="/auth/change-password", access=Access.BEARER),
        settings=(*COUNTED, *PASSWORD_RULES),
        writes=(Table.EPHEMERAL,),
        sends=(Queue.EMAIL,),
        user_pool=True,
        cognito_actions=(READ_CLIENT, "AdminInitiateAuth", *END_SESSIONS),
    ),
    Endpoint(
        area="auth",
        name="link_whmcs",
        route=Route(method="POST", path="/auth/link-whmcs", access=Access.CREDENTIALS),
        settings=REGISTRATION,
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
        name="update_me",
        route=Route(method="PATCH", path="/me", access=Access.BEARER),
        writes=(Table.IDENTITY,),
    ),
    Endpoint(
        area="auth",
        name="password_policy",
        route=Route(method="GET", path="/auth/password-policy", access=Access.PUBLIC),
        settings=PASSWORD_RULES,
        memory=256,
        timeout=5,
    ),
    Endpoint(
        area="auth",
        name="case_worker",
        consumes=(Queue.CASE, Queue.CASE_WAITING),
        backs_off=True,
        settings=(*SALESFORCE, *ACCOUNT_FIELDS, "CASE_MAX_RETRIES", "CASE_PATIENCE_HOURS"),
        reads=(Table.IDENTITY,),
        writes=(Table.IDEMPOTENCY,),
        sends=(Queue.CASE, Queue.CASE_WAITING),
        gives_up_to=(Queue.CASE,),
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
        "sso_link", "POST", "/auth/sso-link", "WHMCS_CLIENT_AREA_URL", "WHMCS_PAYMENT_METHODS_PATH"
    ),
    _billing("get_address", "GET", "/me/billing"),
    _billing("update_address", "PATCH", "/me/billing"),
    _billing(
        "payment_methods",
        "GET",
        "/billing/payment-methods/summary",
        *TIME_ZONE,
        writes=(Table.EPHEMERAL,),
    ),
    _billing("list_invoices", "GET", "/billing/invoices"),
    _billing("get_invoice", "GET", "/billing/invoices/{invoiceId}"),
)

CATALOG = (
    Endpoint(
        area="catalog",
        name="list_products",
        route=Route(method="GET", path="/catalog", access=Access.PUBLIC),
        settings=(*CATALOG_READING, *TAX),
        writes=(Table.CATALOG,),
        secrets=(Secret.SALESFORCE,),
        memory=1024,
        timeout=HTTP_UPSTREAM_TIMEOUT,
    ),
    Endpoint(
        area="catalog",
        name="get_product",
        route=Route(method="GET", path="/catalog/{sku}", access=Access.PUBLIC),
        settings=(*CATALOG_READING, *TAX),
        writes=(Table.CATALOG,),
        secrets=(Secret.SALESFORCE,),
        memory=1024,
        timeout=HTTP_UPSTREAM_TIMEOUT,
    ),
    Endpoint(
        area="catalog",
        name="personalized",
        route=Route(method="GET", path="/catalog/personalized", access=Access.BEARER),
        settings=(*CATALOG_READING, *ACCOUNT_FIELDS, *TAX, *ELIGIBILITY_FIELDS),
        writes=(Table.CATALOG, Table.IDENTITY),
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
        settings=(*CATALOG_READING, *ACCOUNT_FIELDS, *ELIGIBILITY_FIELDS, *WHMCS),
        reads=(Table.WORKFLOW,),
        writes=(Table.IDENTITY, Table.IDEMPOTENCY, Table.CATALOG, Table.EPHEMERAL),
        sends=(Queue.EMAIL,),
        secrets=(Secret.SALESFORCE, Secret.WHMCS),
        memory=1024,
        timeout=HTTP_UPSTREAM_TIMEOUT,
    ),
    Endpoint(
        area="orders",
        name="list_orders",
        route=Route(method="GET", path="/orders", access=Access.BEARER),
        settings=(*SALESFORCE, *ACCOUNT_FIELDS, *CURRENCY, *CANCELLATION),
        reads=(Table.WORKFLOW,),
        # A customer whose Account was merged is given the one that was kept.
        writes=(Table.IDENTITY,),
        secrets=(Secret.SALESFORCE,),
        memory=1024,
        timeout=HTTP_UPSTREAM_TIMEOUT,
    ),
    Endpoint(
        area="orders",
        name="get_order",
        route=Route(method="GET", path="/orders/{sfOrderId}", access=Access.BEARER),
        settings=(*SALESFORCE, *ACCOUNT_FIELDS, *CURRENCY, *CANCELLATION),
        reads=(Table.WORKFLOW,),
        # A customer whose Account was merged is given the one that was kept.
        writes=(Table.IDENTITY,),
        secrets=(Secret.SALESFORCE,),
        memory=1024,
        timeout=HTTP_UPSTREAM_TIMEOUT,
    ),
    Endpoint(
        area="orders",
        name="cancel_order",
        route=Route(method="POST", path="/orders/{sfOrderId}/cancel", access=Access.BEARER),
        settings=(*SALESFORCE, *ACCOUNT_FIELDS, *CURRENCY, *CANCELLATION),
        writes=(Table.IDENTITY, Table.WORKFLOW),
        secrets=(Secret.SALESFORCE,),
        memory=1024,
        timeout=HTTP_UPSTREAM_TIMEOUT,
    ),
)

SUBSCRIPTIONS = (
    Endpoint(
        area="subscriptions",
        name="list_subscriptions",
        route=Route(method="GET", path="/subscriptions", access=Access.BEARER),
        settings=(*WHMCS, *ESIM),
        reads=(Table.IDENTITY, Table.WORKFLOW),
        secrets=(Secret.WHMCS, Secret.ESIM),
        timeout=HTTP_UPSTREAM_TIMEOUT,
    ),
    Endpoint(
        area="subscriptions",
        name="get_subscription",
        route=Route(method="GET", path="/subscriptions/{id}", access=Access.BEARER),
        settings=(*WHMCS, *ESIM, *REISSUES),
        reads=(Table.IDENTITY, Table.WORKFLOW),
        secrets=(Secret.WHMCS, Secret.ESIM),
        timeout=HTTP_UPSTREAM_TIMEOUT,
    ),
    Endpoint(
        area="subscriptions",
        name="get_esim",
        route=Route(method="GET", path="/subscriptions/{id}/esim", access=Access.BEARER),
        settings=(*WHMCS, *ESIM, *REISSUES, *RATE_LIMITS),
        reads=(Table.IDENTITY,),
        # The record of who was shown which code.
        writes=(Table.WORKFLOW, Table.EPHEMERAL),
        secrets=(Secret.WHMCS, Secret.ESIM),
        timeout=HTTP_UPSTREAM_TIMEOUT,
    ),
)

WEBHOOKS = tuple(
    Endpoint(
        area="webhooks",
        name=name,
        route=Route(method="POST", path=path, access=Access.WEBHOOK),
        settings=("ESIM_PROVIDER",),
        writes=(Table.IDEMPOTENCY,),
        sends=(Queue.PROVISION, Queue.OPERATION),
        secrets=(Secret.ESIM_WEBHOOK,),
    )
    for name, path in (("esim", "/webhooks/esim"), ("esim_hint", "/webhooks/esim/{token}"))
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
        consumes=(Queue.PROVISION, Queue.PROVISION_WAITING),
        backs_off=True,
        settings=(
            *SALESFORCE,
            *WHMCS,
            "WHMCS_PAYMENT_METHOD",
            *ESIM,
            *TIME_ZONE,
            "PROVISION_NEEDS_APPROVAL",
            "WORKFLOW_RESTORED_AT",
            "PROVISION_MAX_RETRIES",
            "PROVISION_PATIENCE_HOURS",
            *ACCOUNT_FIELDS,
            *SYNTHETIC_CUSTOMER,
        ),
        writes=(Table.IDENTITY, Table.WORKFLOW, Table.IDEMPOTENCY),
        # A job that must be run again later is sent as a new message.
        sends=(Queue.EMAIL, Queue.PROVISION, Queue.PROVISION_WAITING),
        secrets=(Secret.SALESFORCE, Secret.WHMCS, Secret.ESIM),
        memory=1024,
        timeout=150,
    ),
    Endpoint(
        area="provision",
        name="dead_letter",
        consumes_dead_letters_of=(Queue.PROVISION, Queue.PROVISION_WAITING),
        settings=SALESFORCE,
        writes=(Table.WORKFLOW,),
        secrets=(Secret.SALESFORCE,),
        timeout=60,
    ),
    Endpoint(
        area="provision",
        name="sweeper",
        every_minutes=5,
        writes=(Table.WORKFLOW,),
        queries_status_index=True,
        sends=(
            Queue.PROVISION,
            Queue.PROVISION_WAITING,
            Queue.OPERATION,
            Queue.OPERATION_WAITING,
        ),
        timeout=60,
    ),
)

OPERATION_SELLING = (*SALESFORCE, *WHMCS, *ESIM, *CURRENCY, *TIME_ZONE)
OPERATION_WORK = (
    *SALESFORCE,
    *WHMCS,
    "WHMCS_PAYMENT_METHOD",
    *ESIM,
    *TIME_ZONE,
    "OPERATION_MAX_RETRIES",
    "OPERATION_PATIENCE_HOURS",
)

OPERATIONS = (
    Endpoint(
        area="operations",
        name="get_operation",
        route=Route(method="GET", path="/operations/{id}", access=Access.BEARER),
        reads=(Table.WORKFLOW,),
    ),
    Endpoint(
        area="operations",
        name="list_topup_offers",
        route=Route(method="GET", path="/subscriptions/{id}/topup-offers", access=Access.BEARER),
        settings=OPERATION_SELLING,
        reads=(Table.IDENTITY, Table.WORKFLOW),
        writes=(Table.CATALOG, Table.EPHEMERAL),
        secrets=(Secret.SALESFORCE, Secret.WHMCS, Secret.ESIM),
        memory=1024,
        timeout=HTTP_UPSTREAM_TIMEOUT,
    ),
    Endpoint(
        area="operations",
        name="start_topup",
        route=Route(method="POST", path="/subscriptions/{id}/topup", access=Access.BEARER),
        settings=OPERATION_SELLING,
        reads=(Table.IDENTITY,),
        writes=(Table.WORKFLOW, Table.CATALOG, Table.EPHEMERAL),
        sends=(Queue.OPERATION,),
        secrets=(Secret.SALESFORCE, Secret.WHMCS, Secret.ESIM),
        memory=1024,
        timeout=HTTP_UPSTREAM_TIMEOUT,
    ),
    Endpoint(
        area="operations",
        name="start_reissue",
        route=Route(method="POST", path="/subscriptions/{id}/reissue-esim", access=Access.BEARER),
        settings=(*WHMCS, *ESIM, *REISSUES),
        reads=(Table.IDENTITY,),
        writes=(Table.WORKFLOW,),
        sends=(Queue.OPERATION,),
        secrets=(Secret.WHMCS, Secret.ESIM),
        timeout=HTTP_UPSTREAM_TIMEOUT,
    ),
    Endpoint(
        area="operations",
        name="worker",
        consumes=(Queue.OPERATION, Queue.OPERATION_WAITING),
        backs_off=True,
        settings=OPERATION_WORK,
        reads=(Table.IDENTITY,),
        writes=(Table.WORKFLOW, Table.IDEMPOTENCY),
        # An operation that is to be looked at again later goes back as a new message.
        sends=(Queue.EMAIL, Queue.CASE, Queue.OPERATION, Queue.OPERATION_WAITING),
        secrets=(Secret.SALESFORCE, Secret.WHMCS, Secret.ESIM),
        memory=1024,
        timeout=150,
    ),
    Endpoint(
        area="operations",
        name="dead_letter",
        consumes_dead_letters_of=(Queue.OPERATION, Queue.OPERATION_WAITING),
        settings=OPERATION_WORK,
        reads=(Table.IDENTITY,),
        writes=(Table.WORKFLOW, Table.IDEMPOTENCY),
        # To end an operation is to undo what it has begun.
        sends=(Queue.EMAIL, Queue.CASE),
        secrets=(Secret.SALESFORCE, Secret.WHMCS, Secret.ESIM),
        memory=1024,
        timeout=150,
    ),
)

MAIL = (
    Endpoint(
        area="email",
        name="send",
        consumes=(Queue.EMAIL, Queue.EMAIL_WAITING),
        backs_off=True,
        settings=(
            *EMAIL,
            *ESIM,
            *SALESFORCE,
            *ACCOUNT_FIELDS,
            *TIME_ZONE,
            "EMAIL_MAX_RETRIES",
            "EMAIL_PATIENCE_HOURS",
            *SYNTHETIC_CUSTOMER,
        ),
        reads=(Table.IDENTITY,),
        writes=(Table.IDEMPOTENCY, Table.EPHEMERAL),
        sends=(Queue.EMAIL, Queue.EMAIL_WAITING),
        gives_up_to=(Queue.EMAIL,),
        secrets=(Secret.MAIL, Secret.ESIM, Secret.SALESFORCE),
        timeout=60,
        batch_size=5,
    ),
)

AUDIT = (
    Endpoint(
        area="audit",
        name="nightly",
        every_minutes=5,
        settings=(
            *CATALOG_READING,
            *WHMCS,
            *ESIM,
            "AUDIT_HOUR",
            "AUDIT_MOST_CALLS",
        ),
        reads=(Table.IDENTITY, Table.WORKFLOW),
        writes=(Table.EPHEMERAL,),
        scans=(Table.IDENTITY, Table.WORKFLOW),
        secrets=(Secret.SALESFORCE, Secret.WHMCS, Secret.ESIM),
        memory=1024,
        # Shorter than the interval: two invocations never read at once.
        timeout=240,
    ),
)

SMOKE = (
    Endpoint(
        area="smoke",
        name="scheduled",
        minutes_setting="SMOKE_EVERY_MINUTES",
        settings=(*SYNTHETIC_CUSTOMER, "SMOKE_SKU"),
        secrets=(Secret.SMOKE,),
        timeout=180,
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
    *SUBSCRIPTIONS,
    *WEBHOOKS,
    *PROVISION,
    *OPERATIONS,
    *MAIL,
    *AUDIT,
    *SMOKE,
    *SYSTEM,
)
AREAS: tuple[str, ...] = tuple(dict.fromkeys(endpoint.area for endpoint in ENDPOINTS))


def consumer_of(queue: Queue) -> Endpoint:
    """Return the Lambda that consumes a queue."""
    return next(endpoint for endpoint in ENDPOINTS if queue in endpoint.consumes)


def dead_letter_consumer_of(queue: Queue) -> Endpoint | None:
    """Return the Lambda that consumes a queue's dead letters; None when an operator does."""
    return next((e for e in ENDPOINTS if queue in e.consumes_dead_letters_of), None)
