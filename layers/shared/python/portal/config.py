"""Configuration from the environment, one frozen model per Lambda.

A Lambda's config is put together from the mixins below and loaded by its composition root
(`deps.py`), never at import. Field aliases are the environment names; a name that is missing or
empty fails at once with its name, not later as a None. `infra/endpoints.py` grants each Lambda
exactly the names that its config has (a test compares the two).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
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
"""The values that ESIM_PROVIDER may have: the names that `factories.esim_provider` has an adapter
for. A stage with any other is refused before it is deployed."""
ConfigT = TypeVar("ConfigT", bound="Config")


class ConfigurationError(Exception):
    """The environment of this Lambda lacks something or holds something unusable."""


class Config(BaseModel):
    """Base of all configs: frozen, read by alias from environment names.

    A Lambda uses one of the many below, so validators are built on first use.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, defer_build=True)

    stage: NonEmpty = Field(alias="STAGE")


class HttpConfig(Config):
    """Lambdas behind the API."""

    cors_origins: CommaList = Field(alias="CORS_ORIGINS")


class IdentityTable(Config):
    """Who is who: e-mail, user, WHMCS client, Salesforce account."""

    identity_table: NonEmpty = Field(alias="IDENTITY_TABLE")


class IdempotencyTable(Config):
    """Powertools idempotency and circuit breakers."""

    idempotency_table: NonEmpty = Field(alias="IDEMPOTENCY_TABLE")


class EphemeralTable(Config):
    """Reset tokens, rate counters, replay guards."""

    ephemeral_table: NonEmpty = Field(alias="EPHEMERAL_TABLE")


class WorkflowTable(Config):
    """Provisioning jobs and their history."""

    workflow_table: NonEmpty = Field(alias="WORKFLOW_TABLE")


class CatalogTable(Config):
    """The shared catalogue cache."""

    catalog_table: NonEmpty = Field(alias="CATALOG_TABLE")


class EmailQueue(Config):
    """Where mail jobs go."""

    email_queue_url: NonEmpty = Field(alias="EMAIL_QUEUE_URL")


class EmailWaitingQueue(Config):
    """Where mail jobs wait for a system that is down."""

    email_waiting_queue_url: NonEmpty = Field(alias="EMAIL_WAITING_QUEUE_URL")


class EmailDeadLetters(Config):
    """Where mail jobs go that are given up."""

    email_dead_letters_url: NonEmpty = Field(alias="EMAIL_DEAD_LETTERS_URL")


class EmailLimits(Config):
    """Retries of one mail (the queues' maxReceiveCount); hours to wait for other systems."""

    email_max_retries: int = Field(alias="EMAIL_MAX_RETRIES", ge=1)
    email_patience_hours: float = Field(alias="EMAIL_PATIENCE_HOURS", gt=0)


class ProvisionQueue(Config):
    """Where provisioning jobs go."""

    provision_queue_url: NonEmpty = Field(alias="PROVISION_QUEUE_URL")


class ProvisionWaitingQueue(Config):
    """Where provisioning jobs wait for an upstream that is down."""

    provision_waiting_queue_url: NonEmpty = Field(alias="PROVISION_WAITING_QUEUE_URL")


class ProvisionLimits(Config):
    """How long one attempt goes on: retries, and hours of waiting for others."""

    provision_max_retries: int = Field(alias="PROVISION_MAX_RETRIES", ge=0)
    provision_patience_hours: float = Field(alias="PROVISION_PATIENCE_HOURS", gt=0)


class ProvisionApproval(Config):
    """Whether an Order must be approved before it is provisioned."""

    provision_needs_approval: bool = Field(alias="PROVISION_NEEDS_APPROVAL")


class SigningConfig(Config):
    """The keys with which Salesforce signs its calls."""

    signing_secret_id: NonEmpty = Field(alias="SIGNING_SECRET_ID")


class CaseQueue(Config):
    """Where Salesforce Cases to be opened go."""

    case_queue_url: NonEmpty = Field(alias="CASE_QUEUE_URL")


class CaseWaitingQueue(Config):
    """Where Cases to be opened wait for Salesforce."""

    case_waiting_queue_url: NonEmpty = Field(alias="CASE_WAITING_QUEUE_URL")


class CaseDeadLetters(Config):
    """Where Cases go that are given up."""

    case_dead_letters_url: NonEmpty = Field(alias="CASE_DEAD_LETTERS_URL")


class CaseLimits(Config):
    """Retries of one Case (the queues' maxReceiveCount); hours to wait for Salesforce."""

    case_max_retries: int = Field(alias="CASE_MAX_RETRIES", ge=1)
    case_patience_hours: float = Field(alias="CASE_PATIENCE_HOURS", gt=0)


class CognitoConfig(Config):
    """The user pool."""

    user_pool_id: NonEmpty = Field(alias="USER_POOL_ID")
    user_pool_client_id: NonEmpty = Field(alias="USER_POOL_CLIENT_ID")


class PasswordRulesConfig(Config):
    """The user pool's password policy, so that a refusal can name the rule that was broken."""

    password_min_length: int = Field(alias="PASSWORD_MIN_LENGTH", ge=6, le=99)
    password_require_lowercase: bool = Field(alias="PASSWORD_REQUIRE_LOWERCASE")
    password_require_uppercase: bool = Field(alias="PASSWORD_REQUIRE_UPPERCASE")
    password_require_digits: bool = Field(alias="PASSWORD_REQUIRE_DIGITS")
    password_require_symbols: bool = Field(alias="PASSWORD_REQUIRE_SYMBOLS")


class RefreshCookieConfig(Config):
    """Attributes of the cookie in which browsers keep their refresh token.

    An empty domain makes it a host-only cookie; `REFRESH_TOKEN_DAYS` is the pool's validity.
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


class SalesforceConfig(Config):
    """The org and how to log in."""

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
    """API names of the Account fields that decide which Internet products can be had."""

    dwelling_field: NonEmpty = Field(alias="SALESFORCE_DWELLING_FIELD")
    tier_field: NonEmpty = Field(alias="SALESFORCE_TIER_FIELD")
    region_field: NonEmpty = Field(alias="SALESFORCE_REGION_FIELD")


class SalesforcePricebook(Config):
    """The price book that the catalogue and orders use, by name."""

    salesforce_pricebook: NonEmpty = Field(alias="SALESFORCE_PRICEBOOK")


class WhmcsConfig(Config):
    """The billing system and how to log in."""

    whmcs_api_url: NonEmpty = Field(alias="WHMCS_API_URL")
    whmcs_secret_id: NonEmpty = Field(alias="WHMCS_SECRET_ID")


class WhmcsOrderingConfig(WhmcsConfig):
    """How orders are placed: the system name of the payment gateway module."""

    whmcs_payment_method: NonEmpty = Field(alias="WHMCS_PAYMENT_METHOD")


class WhmcsClientFields(Config):
    """Ids of the WHMCS client custom fields."""

    whmcs_customer_number_field_id: int = Field(alias="WHMCS_CUSTOMER_NUMBER_FIELD_ID")
    whmcs_date_of_birth_field_id: int = Field(alias="WHMCS_DATE_OF_BIRTH_FIELD_ID")
    whmcs_gender_field_id: int = Field(alias="WHMCS_GENDER_FIELD_ID")
    whmcs_nationality_field_id: int = Field(alias="WHMCS_NATIONALITY_FIELD_ID")


class EsimConfig(Config):
    """The eSIM provider and how to log in."""

    esim_provider: NonEmpty = Field(alias="ESIM_PROVIDER")
    esim_api_url: NonEmpty = Field(alias="ESIM_API_URL")
    esim_secret_id: NonEmpty = Field(alias="ESIM_SECRET_ID")


class MailConfig(Config):
    """How mails leave: SendGrid or SMTP, and what they say of themselves."""

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
    """The price book's currency; Salesforce has a field for it only in multi-currency orgs."""

    portal_currency: NonEmpty = Field(alias="PORTAL_CURRENCY")


class TaxConfig(Config):
    """Whether the price book's prices include consumption tax."""

    prices_include_tax: bool = Field(alias="PORTAL_PRICES_INCLUDE_TAX")


class TimeZoneConfig(Config):
    """The reseller's time zone: validity of products, dates in mails."""

    portal_time_zone: NonEmpty = Field(alias="PORTAL_TIME_ZONE")


class CatalogReading(CatalogTable, SalesforceConfig, SalesforcePricebook, CurrencyConfig):
    """What it takes to read the catalogue through its cache."""


class AccountFollowing(IdentityTable, AccountReading):
    """What it takes to find a customer's Account again after it was merged."""


class EligibilityReading(CatalogReading, AccountFollowing, SalesforceEligibilityFields):
    """What it takes to read the catalogue and the eligibility of a customer's Account."""


def load(config: type[ConfigT], environ: Mapping[str, str] | None = None) -> ConfigT:
    """Read a config from the environment.

    Raises ConfigurationError naming every variable that is missing or unusable.
    """
    from pydantic import ValidationError  # noqa: PLC0415  # only needed when something is wrong

    source = os.environ if environ is None else environ
    try:
        return config.model_validate(dict(source))
    except ValidationError as error:
        wrong = ", ".join(f"{e['loc'][0]} ({e['msg']})" for e in error.errors())
        msg = f"{config.__name__}: set these environment variables: {wrong}"
        raise ConfigurationError(msg) from None


def environment_names(config: type[Config]) -> frozenset[str]:
    """The environment variables that a config reads."""
    return frozenset(f.alias for f in config.model_fields.values() if f.alias)
