"""Configuration from the environment, one frozen model per Lambda.

A Lambda's config is composed of the mixins below. Its composition root (`deps.py`) loads it, never
an import. Field aliases are the environment names. A variable that is missing or empty fails at
once with its name. `infra/endpoints.py` gives each Lambda exactly the variables that its config
has (a test compares the two).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from portal.domain.signup_proof import SignupProof

NonEmpty = Annotated[str, StringConstraints(min_length=1)]
CommaList = Annotated[
    tuple[str, ...],
    BeforeValidator(
        lambda value: (
            tuple(part.strip() for part in value.split(",") if part.strip())
            if isinstance(value, str)
            else value
        )
    ),
]
ESIM_PROVIDERS = ("gigs", "esim_access")
"""The values of ESIM_PROVIDER for which `factories.esim_provider` has an adapter.

A stage with any other value is refused before it is deployed.
"""
ConfigT = TypeVar("ConfigT", bound="Config")


class ConfigurationError(Exception):
    """A setting of this Lambda is missing or unusable."""


class Config(BaseModel):
    """The base of all configs, which are frozen and read from the environment by alias.

    A Lambda uses only one of the configs, so validators are built on first use.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, defer_build=True)

    stage: NonEmpty = Field(alias="STAGE")


class HttpConfig(Config):
    """The origins whose pages may call the API. `portal.api.app` reads the variable itself."""

    cors_origins: CommaList = Field(alias="CORS_ORIGINS")


class IdentityTable(Config):
    """The table that maps e-mail, user, WHMCS client and Salesforce Account."""

    identity_table: NonEmpty = Field(alias="IDENTITY_TABLE")


class IdempotencyTable(Config):
    """The table of order requests, the message log and circuit breakers."""

    idempotency_table: NonEmpty = Field(alias="IDEMPOTENCY_TABLE")


class EphemeralTable(Config):
    """The table of data that expires: reset tokens, rate counters, replays, payment answers."""

    ephemeral_table: NonEmpty = Field(alias="EPHEMERAL_TABLE")


class WorkflowTable(Config):
    """The table of jobs, their history, and the records that jobs leave."""

    workflow_table: NonEmpty = Field(alias="WORKFLOW_TABLE")


class CatalogTable(Config):
    """The table of the shared catalogue cache."""

    catalog_table: NonEmpty = Field(alias="CATALOG_TABLE")


class EmailQueue(Config):
    """The queue of mail jobs."""

    email_queue_url: NonEmpty = Field(alias="EMAIL_QUEUE_URL")


class EmailWaitingQueue(Config):
    """The queue of mail jobs that wait for a system which is down."""

    email_waiting_queue_url: NonEmpty = Field(alias="EMAIL_WAITING_QUEUE_URL")


class EmailDeadLetters(Config):
    """The dead-letter queue of mail jobs."""

    email_dead_letters_url: NonEmpty = Field(alias="EMAIL_DEAD_LETTERS_URL")


class EmailLimits(Config):
    """The retries of one mail (the queues' maxReceiveCount minus 1), and the hours of waiting."""

    email_max_retries: int = Field(alias="EMAIL_MAX_RETRIES", ge=1)
    email_patience_hours: float = Field(alias="EMAIL_PATIENCE_HOURS", gt=0)


class ProvisionQueue(Config):
    """The queue of provisioning tasks."""

    provision_queue_url: NonEmpty = Field(alias="PROVISION_QUEUE_URL")


class ProvisionWaitingQueue(Config):
    """The queue of provisioning tasks that wait for an upstream which is down."""

    provision_waiting_queue_url: NonEmpty = Field(alias="PROVISION_WAITING_QUEUE_URL")


class ProvisionLimits(Config):
    """The retries of one attempt, and the hours that it may wait for other systems."""

    provision_max_retries: int = Field(alias="PROVISION_MAX_RETRIES", ge=0)
    provision_patience_hours: float = Field(alias="PROVISION_PATIENCE_HOURS", gt=0)


class WorkflowRestored(Config):
    """When the workflow table was put back to an earlier state; None for never."""

    workflow_restored_at: Annotated[
        datetime | None, BeforeValidator(lambda value: value or None)
    ] = Field(default=None, alias="WORKFLOW_RESTORED_AT")


class ProvisionApproval(Config):
    """Whether an Order must be approved before it is provisioned."""

    provision_needs_approval: bool = Field(alias="PROVISION_NEEDS_APPROVAL")


class OperationQueue(Config):
    """Where customers' operations go."""

    operation_queue_url: NonEmpty = Field(alias="OPERATION_QUEUE_URL")


class OperationWaitingQueue(Config):
    """Where operations wait for an upstream that is down."""

    operation_waiting_queue_url: NonEmpty = Field(alias="OPERATION_WAITING_QUEUE_URL")


class OperationLimits(Config):
    """How long one operation goes on: retries, and hours of waiting for others."""

    operation_max_retries: int = Field(alias="OPERATION_MAX_RETRIES", ge=0)
    operation_patience_hours: float = Field(alias="OPERATION_PATIENCE_HOURS", gt=0)


class SigningConfig(Config):
    """The secret with the keys by which Salesforce signs its calls."""

    signing_secret_id: NonEmpty = Field(alias="SIGNING_SECRET_ID")


class CaseQueue(Config):
    """The queue of Salesforce Cases to open."""

    case_queue_url: NonEmpty = Field(alias="CASE_QUEUE_URL")


class CaseWaitingQueue(Config):
    """The queue of Cases that wait for Salesforce."""

    case_waiting_queue_url: NonEmpty = Field(alias="CASE_WAITING_QUEUE_URL")


class CaseDeadLetters(Config):
    """The dead-letter queue of Cases."""

    case_dead_letters_url: NonEmpty = Field(alias="CASE_DEAD_LETTERS_URL")


class CaseLimits(Config):
    """The retries of one Case (the queues' maxReceiveCount minus 1), and the hours of waiting."""

    case_max_retries: int = Field(alias="CASE_MAX_RETRIES", ge=1)
    case_patience_hours: float = Field(alias="CASE_PATIENCE_HOURS", gt=0)


class CognitoConfig(Config):
    """The user pool."""

    user_pool_id: NonEmpty = Field(alias="USER_POOL_ID")
    user_pool_client_id: NonEmpty = Field(alias="USER_POOL_CLIENT_ID")


class PasswordRulesConfig(Config):
    """The user pool's password policy, so that a refusal can name the broken rule."""

    password_min_length: int = Field(alias="PASSWORD_MIN_LENGTH", ge=6, le=99)
    password_require_lowercase: bool = Field(alias="PASSWORD_REQUIRE_LOWERCASE")
    password_require_uppercase: bool = Field(alias="PASSWORD_REQUIRE_UPPERCASE")
    password_require_digits: bool = Field(alias="PASSWORD_REQUIRE_DIGITS")
    password_require_symbols: bool = Field(alias="PASSWORD_REQUIRE_SYMBOLS")


class RefreshCookieConfig(Config):
    """The attributes of the cookie in which browsers keep their refresh token.

    An empty domain makes it a host-only cookie. `REFRESH_TOKEN_DAYS` is the pool's validity.
    """

    refresh_cookie_name: NonEmpty = Field(alias="REFRESH_COOKIE_NAME")
    refresh_cookie_path: NonEmpty = Field(alias="REFRESH_COOKIE_PATH")
    refresh_cookie_same_site: Literal["Strict", "Lax", "None"] = Field(
        alias="REFRESH_COOKIE_SAMESITE"
    )
    refresh_cookie_secure: bool = Field(alias="REFRESH_COOKIE_SECURE")
    refresh_cookie_domain: str = Field(default="", alias="REFRESH_COOKIE_DOMAIN")
    refresh_token_days: int = Field(alias="REFRESH_TOKEN_DAYS", ge=1, le=3650)


class RateLimitConfig(Config):
    """Changes to the default limits: `login.ip=50/300,login.account=10/900` (count/seconds)."""

    rate_limits: str = Field(default="", alias="RATE_LIMITS")


class DistributionConfig(Config):
    """The secret that holds the key of the distribution in front of the API; empty for none."""

    distribution_secret_id: str = Field(default="", alias="DISTRIBUTION_SECRET_ID")


class SalesforceConfig(Config):
    """The Salesforce org and the secret for its login."""

    salesforce_url: NonEmpty = Field(alias="SALESFORCE_URL")
    salesforce_secret_id: NonEmpty = Field(alias="SALESFORCE_SECRET_ID")
    salesforce_api_version: NonEmpty = Field(alias="SALESFORCE_API_VERSION")


class SalesforceAccountFields(Config):
    """API names of the Account fields that orgs name differently."""

    customer_number_field: NonEmpty = Field(alias="SALESFORCE_CUSTOMER_NUMBER_FIELD")
    account_email_field: NonEmpty = Field(alias="SALESFORCE_ACCOUNT_EMAIL_FIELD")


class AccountReading(SalesforceConfig, SalesforceAccountFields):
    """What it takes to look Accounts up."""


class SignupProofConfig(Config):
    """What a customer shows beside the number at sign-up, and the Account field that holds it."""

    signup_proof: SignupProof = Field(alias="SIGNUP_PROOF")
    signup_proof_field: str = Field(default="", alias="SIGNUP_PROOF_FIELD")


class SalesforceEligibilityFields(Config):
    """API names of the Account fields that decide which products a customer may order."""

    dwelling_field: NonEmpty = Field(alias="SALESFORCE_DWELLING_FIELD")
    tier_field: NonEmpty = Field(alias="SALESFORCE_TIER_FIELD")
    region_field: NonEmpty = Field(alias="SALESFORCE_REGION_FIELD")


class SalesforcePricebook(Config):
    """The name of the price book for the catalogue and orders."""

    salesforce_pricebook: NonEmpty = Field(alias="SALESFORCE_PRICEBOOK")


class WhmcsConfig(Config):
    """The billing system and the secret for its API."""

    whmcs_api_url: NonEmpty = Field(alias="WHMCS_API_URL")
    whmcs_secret_id: NonEmpty = Field(alias="WHMCS_SECRET_ID")


class WhmcsOrderingConfig(WhmcsConfig):
    """The payment gateway module of WHMCS orders, by its system name."""

    whmcs_payment_method: NonEmpty = Field(alias="WHMCS_PAYMENT_METHOD")


class WhmcsClientFields(Config):
    """Ids of the WHMCS client custom fields."""

    whmcs_customer_number_field_id: int = Field(alias="WHMCS_CUSTOMER_NUMBER_FIELD_ID")
    whmcs_date_of_birth_field_id: int = Field(alias="WHMCS_DATE_OF_BIRTH_FIELD_ID")
    whmcs_gender_field_id: int = Field(alias="WHMCS_GENDER_FIELD_ID")
    whmcs_nationality_field_id: int = Field(alias="WHMCS_NATIONALITY_FIELD_ID")


class EsimProviderName(Config):
    """The name of the stage's eSIM provider."""

    esim_provider: NonEmpty = Field(alias="ESIM_PROVIDER")


class ReissueConfig(Config):
    """How often a line may be reissued within thirty days."""

    esim_reissues_per_month: int = Field(alias="ESIM_REISSUES_PER_MONTH", ge=0)


class EsimWebhookConfig(Config):
    """What proves the eSIM provider's events."""

    esim_webhook_secret_id: NonEmpty = Field(alias="ESIM_WEBHOOK_SECRET_ID")


class EsimConfig(EsimProviderName):
    """The eSIM provider and how to log in."""

    esim_api_url: NonEmpty = Field(alias="ESIM_API_URL")
    esim_secret_id: NonEmpty = Field(alias="ESIM_SECRET_ID")


class MailConfig(Config):
    """The mail transport (SendGrid or SMTP), its secret, and the sender of mails."""

    email_transport: Literal["sendgrid", "smtp"] = Field(alias="EMAIL_TRANSPORT")
    email_from: NonEmpty = Field(alias="EMAIL_FROM")
    email_from_name: NonEmpty = Field(alias="EMAIL_FROM_NAME")
    email_reply_to: str = Field(default="", alias="EMAIL_REPLY_TO")
    email_copy_to: str = Field(default="", alias="EMAIL_COPY_TO")
    sendgrid_api_url: NonEmpty = Field(alias="SENDGRID_API_URL")
    mail_secret_id: NonEmpty = Field(alias="MAIL_SECRET_ID")
    smtp_host: str = Field(default="", alias="SMTP_HOST")
    smtp_port: int = Field(default=587, alias="SMTP_PORT")
    smtp_authentication: bool = Field(default=True, alias="SMTP_AUTHENTICATION")
    portal_web_url: NonEmpty = Field(alias="PORTAL_WEB_URL")


class BrandConfig(Config):
    """The reseller's name and look in mails.

    Empty: the sender's name, a colour of our own, no logo. `brand_logo_url` is an address, or a
    path below PORTAL_WEB_URL.
    """

    brand_name: str = Field(default="", alias="BRAND_NAME")
    brand_color: str = Field(default="", alias="BRAND_COLOR")
    brand_logo_url: str = Field(default="", alias="BRAND_LOGO_URL")


class CurrencyConfig(Config):
    """The price book's currency. Only multi-currency orgs have a field for it."""

    portal_currency: NonEmpty = Field(alias="PORTAL_CURRENCY")


class TaxConfig(Config):
    """Whether the price book's prices include consumption tax."""

    prices_include_tax: bool = Field(alias="PORTAL_PRICES_INCLUDE_TAX")


class TimeZoneConfig(Config):
    """The reseller's time zone, for the validity of products and for dates in mails."""

    portal_time_zone: NonEmpty = Field(alias="PORTAL_TIME_ZONE")


class AuditConfig(Config):
    """When the audit begins (the reseller's hour), and its calls of each system in one night."""

    audit_hour: int = Field(alias="AUDIT_HOUR", ge=0, le=23)
    audit_most_calls: int = Field(alias="AUDIT_MOST_CALLS", ge=100)


class OrderCancellation(Config):
    """The value of `Order.Status` of orders that customers cancel."""

    order_cancelled_status: NonEmpty = Field(alias="ORDER_CANCELLED_STATUS")


class SyntheticCustomer(Config):
    """The address of the synthetic customer, whose orders are not provisioned; empty for none."""

    smoke_email: str = Field(default="", alias="SMOKE_EMAIL")


class SmokeConfig(SyntheticCustomer):
    """The synthetic customer's product, and the secret with the password."""

    smoke_sku: str = Field(default="", alias="SMOKE_SKU")
    smoke_secret_id: NonEmpty = Field(alias="SMOKE_SECRET_ID")


class CatalogReading(CatalogTable, SalesforceConfig, SalesforcePricebook, CurrencyConfig):
    """The settings for reading the catalogue through its cache."""


class AccountFollowing(IdentityTable, AccountReading):
    """The settings for finding a customer's Account again after it was merged."""


class EligibilityReading(CatalogReading, AccountFollowing, SalesforceEligibilityFields):
    """The settings for reading the catalogue and the eligibility of a customer's Account."""


def load(config: type[ConfigT], environ: Mapping[str, str] | None = None) -> ConfigT:
    """Read a config from the environment.

    Raises ConfigurationError, which names every variable that is missing or unusable.
    """
    from pydantic import ValidationError  # noqa: PLC0415  # only needed for an invalid config

    source = os.environ if environ is None else environ
    try:
        return config.model_validate(dict(source))
    except ValidationError as error:
        wrong = ", ".join(f"{e['loc'][0]} ({e['msg']})" for e in error.errors())
        msg = f"{config.__name__}: set these environment variables: {wrong}"
        raise ConfigurationError(msg) from None


def environment_names(config: type[Config]) -> frozenset[str]:
    """Return the environment variables that a config reads."""
    return frozenset(f.alias for f in config.model_fields.values() if f.alias)
