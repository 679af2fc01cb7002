"""The configuration of a stage, in one frozen model.

Values come from `.env.<stage>` and the process environment, which has priority. Each field is read
from its own name in capitals. docs/settings.md documents every field. Secrets are not part of it;
they are only in Secrets Manager.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from dotenv.parser import parse_stream
from portal.api.rate_limit import limits_from
from portal.config import ESIM_PROVIDERS
from portal.config import ConfigurationError as UnusableLimits
from portal.domain.ids import SKU
from portal.domain.limits import LIMITS, Limit
from portal.domain.signup_proof import SignupProof
from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from infra.limits import CREDENTIAL_PATHS, SESSION_PATHS, firewall_limit
from infra.paths import LAYERS, REPOSITORY
from infra.physical_names import PhysicalNames

RATE_LIMITS = r"^$|^[a-z-]+\.[a-z-]+=\d+/\d+(,[a-z-]+\.[a-z-]+=\d+/\d+)*$"
ALARM_THRESHOLDS = r"^$|^[A-Za-z]+=\d+(\.\d+)?(,[A-Za-z]+=\d+(\.\d+)?)*$"
# What CloudWatch Logs accepts, up to two years.
RETENTION_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731)


class ConfigurationError(Exception):
    """A setting of the stage's configuration is missing or unusable."""


def _split(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    local = parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        msg = "must be an https:// address (http:// only for this machine)"
        raise ValueError(msg)
    if not parts.hostname or parts.username or parts.fragment:
        msg = "must be an address with a host, without user name or fragment"
        raise ValueError(msg)
    return value


def _web_address_or_none(value: str) -> str:
    return value and _web_address(value)


def _base_address(value: str) -> str:
    return _web_address(value).rstrip("/")


def _image_address(value: str) -> str:
    if not value or (value.startswith("/") and not value.startswith("//")):
        return value
    return _web_address(value)


def _origin(value: str) -> str:
    parts = urlsplit(_web_address(value))
    if value != f"{parts.scheme}://{parts.netloc}" or "*" in value or value != value.lower():
        msg = f"{value!r} is not an exact origin such as https://portal.example.com"
        raise ValueError(msg)
    return value


def _network(value: str) -> str:
    return str(ipaddress.ip_network(value))


def _from_repository(value: Path) -> Path:
    return REPOSITORY / value  # an absolute path stays as it is


def _retention(value: int) -> int:
    if value not in RETENTION_DAYS:
        msg = f"must be one of {', '.join(map(str, RETENTION_DAYS))}"
        raise ValueError(msg)
    return value


def _moment_or_none(value: str) -> str:
    """Check a time with its zone, such as 2027-02-01T03:15:00Z."""
    if value and datetime.fromisoformat(value).tzinfo is None:
        msg = "must have a zone, such as 2027-02-01T03:15:00Z"
        raise ValueError(msg)
    return value


def _esim_provider(value: str) -> str:
    if value not in ESIM_PROVIDERS:
        msg = f"there is no adapter for {value!r}: write {' or '.join(ESIM_PROVIDERS)}"
        raise ValueError(msg)
    return value


CommaList = BeforeValidator(_split)
WebAddress = Annotated[str, AfterValidator(_web_address)]
BaseAddress = Annotated[str, AfterValidator(_base_address)]
Origin = Annotated[str, AfterValidator(_origin)]
Network = Annotated[str, AfterValidator(_network)]
FieldName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
HostName = Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]*$")]
NonEmpty = Annotated[str, Field(min_length=1)]
AllocationId = Annotated[str, Field(pattern=r"^eipalloc-[0-9a-f]{8,17}$")]
CustomFieldId = Annotated[int, Field(ge=1)]


class Config(BaseSettings):
    """The configuration of a stage. In the file and the environment, names are in capitals.

    It takes exactly the given values; `load_config` reads them.
    """

    model_config = SettingsConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    # The stage and its resources
    stage: str = Field(pattern=r"^[a-z][a-z0-9]{1,15}$")
    retain_data: bool = False
    layer_path: Annotated[Path, AfterValidator(_from_repository)] = LAYERS / "lambda"
    snapstart: bool = False
    log_retention_days: Annotated[int, AfterValidator(_retention)] = 30
    alarm_email: str = Field(default="", pattern=r"^$|^[^@\s]+@[^@\s]+$")
    paging_email: str = Field(default="", pattern=r"^$|^[^@\s]+@[^@\s]+$")
    alarm_thresholds: str = Field(default="", pattern=ALARM_THRESHOLDS)
    fixed_egress_address: bool = False
    egress_allocation_ids: Annotated[
        tuple[AllocationId, ...], NoDecode, CommaList, Field(max_length=2)
    ] = ()

    # The API in front
    cors_origins: Annotated[tuple[Origin, ...], NoDecode, CommaList, Field(min_length=1)]
    api_rate_limit: int = Field(default=50, ge=1)
    api_burst_limit: int = Field(default=100, ge=1)
    api_account_logging: bool = True
    provision_allowed_networks: Annotated[tuple[Network, ...], NoDecode, CommaList] = ()
    api_domain_name: HostName = ""
    api_certificate_arn: str = Field(default="", pattern=r"^$|^arn:aws[a-z-]*:acm:")
    waf_enabled: bool = False
    waf_overall_limit: int = Field(default=3000, ge=10)

    # The customers' pages on S3 and CloudFront
    web_hosting: bool = False
    web_domain_name: HostName = ""
    web_certificate_arn: str = Field(default="", pattern=r"^$|^arn:aws[a-z-]*:acm:us-east-1:")
    web_acl_arn: str = Field(default="", pattern=r"^$|^arn:aws[a-z-]*:wafv2:us-east-1:")

    # Identity
    password_min_length: int = Field(default=10, ge=8, le=99)
    password_require_lowercase: bool = True
    password_require_uppercase: bool = True
    password_require_digits: bool = True
    password_require_symbols: bool = False
    id_token_minutes: int = Field(default=15, ge=5, le=1440)
    refresh_token_days: int = Field(default=30, ge=1, le=3650)
    refresh_cookie_name: str = Field(default="portal_refresh", pattern=r"^[A-Za-z0-9_-]+$")
    refresh_cookie_path: str = Field(default="/api/auth", pattern=r"^/[A-Za-z0-9/_-]*$")
    refresh_cookie_samesite: Literal["Strict", "Lax", "None"] = "Strict"
    refresh_cookie_secure: bool = True
    refresh_cookie_domain: HostName = ""
    rate_limits: str = Field(default="", pattern=RATE_LIMITS)
    distribution_secret_id: str = Field(default="", pattern=r"^$|^[A-Za-z0-9/_+=.@-]{1,255}$")
    signup_proof: SignupProof = SignupProof.NONE
    signup_proof_field: str = Field(default="", pattern=r"^$|^[A-Za-z]\w*(\.[A-Za-z]\w*)?$")
    refresh_grace_seconds: int = Field(default=10, ge=0, le=60)

    # Orders
    order_cancelled_status: NonEmpty = "Cancelled"

    # Work in the background
    provision_needs_approval: bool = True
    workflow_restored_at: Annotated[str, AfterValidator(_moment_or_none)] = ""
    provision_max_retries: int = Field(default=7, ge=0, le=99)
    provision_max_concurrency: int = Field(default=2, ge=2, le=1000)
    provision_waiting_max_concurrency: int = Field(default=2, ge=2, le=1000)
    provision_patience_hours: int = Field(default=24, ge=1, le=168)
    operation_max_retries: int = Field(default=7, ge=0, le=99)
    operation_max_concurrency: int = Field(default=2, ge=2, le=1000)
    operation_waiting_max_concurrency: int = Field(default=2, ge=2, le=1000)
    operation_patience_hours: int = Field(default=6, ge=1, le=168)
    email_max_retries: int = Field(default=6, ge=1, le=100)
    email_patience_hours: int = Field(default=24, ge=1, le=168)
    email_max_concurrency: int = Field(default=2, ge=2, le=1000)
    case_max_retries: int = Field(default=6, ge=1, le=100)
    case_patience_hours: int = Field(default=24, ge=1, le=168)
    case_max_concurrency: int = Field(default=2, ge=2, le=1000)

    # The nightly audit
    audit_hour: int = Field(default=3, ge=0, le=23)
    audit_most_calls: int = Field(default=5000, ge=100, le=1_000_000)

    # The smoke test
    smoke_email: str = Field(default="", pattern=r"^$|^[^@\s]+@[^@\s]+$")
    smoke_sku: str = Field(default="", pattern=rf"^$|{SKU}")
    smoke_every_minutes: int = Field(default=0, ge=0, le=1440)

    # Read by the handlers under the same names
    powertools_log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    portal_web_url: BaseAddress
    portal_time_zone: NonEmpty = "Asia/Tokyo"
    portal_prices_include_tax: bool = True
    portal_currency: str = Field(default="JPY", pattern=r"^[A-Z]{3}$")
    salesforce_url: BaseAddress
    salesforce_login: Literal["jwt", "client-credentials"] = "jwt"
    salesforce_api_version: str = Field(default="63.0", pattern=r"^\d{2}\.0$")
    salesforce_pricebook: NonEmpty = "Portal"
    salesforce_customer_number_field: FieldName = "Customer_Number__c"
    salesforce_account_email_field: FieldName = "PersonEmail"
    salesforce_dwelling_field: FieldName = "Portal_Dwelling__c"
    salesforce_tier_field: FieldName = "Portal_Tier__c"
    salesforce_region_field: FieldName = "Portal_Region__c"
    whmcs_api_url: WebAddress
    whmcs_payment_method: str = Field(pattern=r"^[a-z0-9_]+$")
    whmcs_customer_number_field_id: CustomFieldId
    whmcs_date_of_birth_field_id: CustomFieldId
    whmcs_gender_field_id: CustomFieldId
    whmcs_nationality_field_id: CustomFieldId
    whmcs_client_area_url: Annotated[str, AfterValidator(_web_address_or_none)] = ""
    whmcs_payment_methods_path: NonEmpty = "index.php?rp=/account/paymentmethods"
    esim_provider: Annotated[str, AfterValidator(_esim_provider)]
    esim_api_url: BaseAddress
    esim_reissues_per_month: int = Field(default=3, ge=0, le=100)
    email_transport: Literal["sendgrid", "smtp"] = "sendgrid"
    email_from: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")
    email_from_name: NonEmpty
    email_reply_to: str = Field(default="", pattern=r"^([^@\s]+@[^@\s]+)?$")
    email_copy_to: str = Field(default="", pattern=r"^([^@\s]+@[^@\s]+)?$")
    brand_name: str = ""
    brand_color: str = Field(default="", pattern=r"^(#[0-9A-Fa-f]{6})?$")
    brand_logo_url: Annotated[str, AfterValidator(_image_address)] = ""
    sendgrid_api_url: BaseAddress = "https://api.sendgrid.com"
    smtp_host: HostName = ""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_authentication: bool = True

    @model_validator(mode="after")
    def _belongs_together(self) -> Self:
        if self.email_transport == "smtp" and not self.smtp_host:
            msg = "EMAIL_TRANSPORT=smtp needs SMTP_HOST"
            raise ValueError(msg)
        if self.egress_allocation_ids and not self.fixed_egress_address:
            msg = "EGRESS_ALLOCATION_IDS needs FIXED_EGRESS_ADDRESS=true"
            raise ValueError(msg)
        if bool(self.api_domain_name) != bool(self.api_certificate_arn):
            msg = "API_DOMAIN_NAME and API_CERTIFICATE_ARN need each other: set both or neither"
            raise ValueError(msg)
        if bool(self.web_domain_name) != bool(self.web_certificate_arn):
            msg = "WEB_DOMAIN_NAME and WEB_CERTIFICATE_ARN need each other: set both or neither"
            raise ValueError(msg)
        if self.web_domain_name and not self.web_hosting:
            msg = "WEB_DOMAIN_NAME needs WEB_HOSTING=true"
            raise ValueError(msg)
        if self.web_domain_name and self.portal_web_url != f"https://{self.web_domain_name}":
            msg = f"PORTAL_WEB_URL must be https://{self.web_domain_name}, as WEB_DOMAIN_NAME says"
            raise ValueError(msg)
        if self.refresh_cookie_samesite == "None" and not self.refresh_cookie_secure:
            msg = "REFRESH_COOKIE_SAMESITE=None needs REFRESH_COOKIE_SECURE=true: browsers insist"
            raise ValueError(msg)
        if self.stage == "production" and not self.retain_data:
            msg = "the stage `production` must keep its data: set RETAIN_DATA=true"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _smoke_test_is_complete(self) -> Self:
        if bool(self.smoke_email) != bool(self.smoke_sku):
            msg = "SMOKE_EMAIL and SMOKE_SKU need each other: set both or neither"
            raise ValueError(msg)
        if self.smoke_every_minutes and not self.smoke_email:
            msg = "SMOKE_EVERY_MINUTES needs SMOKE_EMAIL and SMOKE_SKU"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _own_distribution_is_trusted(self) -> Self:
        """Let the API believe the address that this stage's own distribution forwards."""
        if self.web_hosting and not self.distribution_secret_id:
            name = PhysicalNames(self.stage).distribution_key
            object.__setattr__(self, "distribution_secret_id", name)
        return self

    @model_validator(mode="after")
    def _proof_has_its_field(self) -> Self:
        if self.signup_proof is SignupProof.SECOND_FACT and not self.signup_proof_field:
            msg = "SIGNUP_PROOF=second-fact needs SIGNUP_PROOF_FIELD, such as BillingPostalCode"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _limits_agree(self) -> Self:
        try:
            limits = self.limits
        except UnusableLimits as error:
            raise ValueError(str(error)) from None
        needed = firewall_limit(CREDENTIAL_PATHS + SESSION_PATHS, limits)
        if self.waf_enabled and self.waf_overall_limit < needed:
            msg = f"WAF_OVERALL_LIMIT must be at least {needed}: RATE_LIMITS lets through as much"
            raise ValueError(msg)
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  # named by the base class
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # named by the base class
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # named by the base class
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # named by the base class
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read no other source than the given values."""
        return (init_settings,)

    @property
    def stack_name(self) -> str:
        """The CloudFormation stack's name, also that of its template in `cdk.out`."""
        return f"Portal-{self.stage}"

    @property
    def web_stack_name(self) -> str:
        """The name of the stack with the customers' pages, where there is one."""
        return f"{self.stack_name}-web"

    @property
    def stack_names(self) -> tuple[str, ...]:
        """The names of all stacks of the stage, each after those that it needs."""
        web = (self.web_stack_name,) if self.web_hosting else ()
        return (self.stack_name, self.api_stack_name, self.monitoring_stack_name, *web)

    @property
    def api_stack_name(self) -> str:
        """The name of the stack with the API."""
        return f"{self.stack_name}-api"

    @property
    def monitoring_stack_name(self) -> str:
        """The name of the stack with the stage's alarms and dashboard."""
        return f"{self.stack_name}-monitoring"

    @property
    def thresholds(self) -> dict[str, float]:
        """This stage's thresholds of alarms that are not the defaults, by the alarm's name."""
        pairs = (entry.split("=") for entry in self.alarm_thresholds.split(",") if entry)
        return {name: float(value) for name, value in pairs}

    @property
    def limits(self) -> dict[str, Limit]:
        """The table of limits on attempts, with this stage's changes."""
        return limits_from(self.rate_limits, LIMITS)

    def number(self, name: str) -> int:
        """The value of a setting that is a whole number."""
        return int(getattr(self, name.lower()))

    def variable(self, name: str) -> str:
        """The value of one setting as an environment variable carries it."""
        value: Any = getattr(self, name.lower())
        if isinstance(value, bool):
            return str(value).lower()
        return ",".join(value) if isinstance(value, tuple) else str(value)


SETTINGS: tuple[str, ...] = tuple(name.upper() for name in Config.model_fields)


def load_config(
    environ: Mapping[str, str], *, stage: str = "", directory: Path = REPOSITORY
) -> Config:
    """Read a stage's configuration.

    `stage` has priority over `STAGE` in `environ`. The file is `.env.<stage>` in `directory`; it
    may be absent when the environment has every value. Raises ConfigurationError, which names every
    setting that is missing, unknown or unusable, and says what to do.
    """
    stage = stage or environ.get("STAGE", "")
    if not stage:
        msg = "say which stage: set STAGE (for example STAGE=dev) or pass -c stage=dev"
        raise ConfigurationError(msg)
    file = directory / f".env.{stage}"
    values = read_env_file(file) if file.is_file() else {}
    named = values.get("stage", stage)
    if named != stage:
        msg = f"{file.name} says STAGE={named}: a stage's file carries its own name"
        raise ConfigurationError(msg)
    # An empty value in the environment means "not set", as it does in the file.
    overlaid = {name.lower(): environ[name] for name in SETTINGS if environ.get(name, "").strip()}
    try:
        return Config(**{**values, **overlaid, "stage": stage})
    except ValidationError as error:
        where = file.name if file.is_file() else f"the environment ({file.name} does not exist)"
        lines = "".join(f"\n  {_problem(entry)}" for entry in error.errors())
        msg = f"stage {stage}: put these right in {where}; docs/settings.md explains them{lines}"
        raise ConfigurationError(msg) from None


def read_env_file(path: Path) -> dict[str, Any]:
    """Return the values of a stage's file by field name, without the empty ones.

    Raises ConfigurationError for a line that is no `NAME=value`, which dotenv would skip, and for a
    name that is set twice, of which dotenv would use the last.
    """
    seen: set[str] = set()
    with path.open(encoding="utf-8") as stream:
        for binding in parse_stream(stream):
            if binding.error:
                msg = f"{path.name} line {binding.original.line}: expected NAME=value"
                raise ConfigurationError(msg)
            if binding.key is None:
                continue
            if binding.value is None:
                msg = f"{path.name} line {binding.original.line}: expected {binding.key}=value"
                raise ConfigurationError(msg)
            if binding.key in seen:
                msg = f"{path.name} line {binding.original.line}: {binding.key} is set twice"
                raise ConfigurationError(msg)
            seen.add(binding.key)
    return DotEnvSettingsSource(Config, env_file=path, env_ignore_empty=True)()


def _problem(entry: Any) -> str:
    name = str(entry["loc"][0]).upper() if entry["loc"] else "settings"
    reasons = {"missing": "is missing", "extra_forbidden": "there is no such setting"}
    return f"{name}: {reasons.get(entry['type'], entry['msg'])}"
