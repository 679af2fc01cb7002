"""Configuration: where it comes from, what it refuses, and that the examples explain all of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from dotenv import dotenv_values
from portal import config as portal_config
from portal import factories

from infra.config import SETTINGS, Config, ConfigurationError, load_config, read_env_file
from infra.endpoints import ENDPOINTS
from infra.paths import REPOSITORY
from tests.infra import settings

EXAMPLES = ("dev", "production")


def load(tmp_path: Path, **changes: str) -> Config:
    return load_config({**settings.plain(tmp_path), **changes}, directory=tmp_path)


def write(directory: Path, stage: str, **values: str) -> None:
    lines = [f"{name}={value}" for name, value in values.items()]
    (directory / f".env.{stage}").write_text("\n".join(lines), encoding="utf-8")


def test_the_environment_wins_over_the_stage_file(tmp_path: Path) -> None:
    write(tmp_path, "dev", **settings.REQUIRED, SALESFORCE_PRICEBOOK="File", SMTP_PORT="25")
    config = load_config({"STAGE": "dev", "SALESFORCE_PRICEBOOK": "Mine"}, directory=tmp_path)
    assert (config.salesforce_pricebook, config.smtp_port) == ("Mine", 25)


def test_an_empty_value_means_the_default(tmp_path: Path) -> None:
    assert load(tmp_path, SALESFORCE_API_VERSION="").salesforce_api_version == "63.0"


def test_the_command_line_stage_wins_over_the_environment(tmp_path: Path) -> None:
    environ = {**settings.REQUIRED, "STAGE": "dev"}
    assert load_config(environ, stage="staging", directory=tmp_path).stage == "staging"


def test_without_a_stage_it_says_how_to_name_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="set STAGE"):
        load_config(dict(settings.REQUIRED), directory=tmp_path)


def test_every_missing_setting_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_config({"STAGE": "dev"}, directory=tmp_path)
    message = str(caught.value)
    assert ".env.dev does not exist" in message
    assert [name for name in settings.REQUIRED if f"{name}: is missing" not in message] == []


def test_a_misspelt_setting_in_the_file_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "dev", **settings.REQUIRED, SALESFORCE_PRICEBOK="Portal")
    with pytest.raises(ConfigurationError, match="SALESFORCE_PRICEBOK: there is no such setting"):
        load_config({"STAGE": "dev"}, directory=tmp_path)


def test_a_file_copied_for_another_stage_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "staging", **settings.REQUIRED, STAGE="dev")
    with pytest.raises(ConfigurationError, match="says STAGE=dev"):
        load_config({"STAGE": "staging"}, directory=tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STAGE", "Dev!"),
        ("CORS_ORIGINS", "*"),
        ("CORS_ORIGINS", "https://*.example.com"),
        ("CORS_ORIGINS", "https://portal.example.com/"),
        ("CORS_ORIGINS", "http://portal.example.com"),
        ("CORS_ORIGINS", "https://Portal.example.com"),
        ("SALESFORCE_URL", "http://example.my.salesforce.com"),
        ("SALESFORCE_URL", "https://user@example.my.salesforce.com"),
        ("WHMCS_API_URL", "billing.example.com"),
        ("WHMCS_CUSTOMER_NUMBER_FIELD_ID", "Customer Number"),
        ("SALESFORCE_CUSTOMER_NUMBER_FIELD", "Customer Number"),
        ("PROVISION_ALLOWED_NETWORKS", "192.0.2.1/24"),
        ("PROVISION_MAX_CONCURRENCY", "1"),
        ("PROVISION_WAITING_MAX_CONCURRENCY", "1"),
        ("PROVISION_PATIENCE_HOURS", "0"),
        ("OPERATION_MAX_CONCURRENCY", "1"),
        ("OPERATION_WAITING_MAX_CONCURRENCY", "1"),
        ("OPERATION_PATIENCE_HOURS", "0"),
        ("LOG_RETENTION_DAYS", "31"),
        ("REFRESH_GRACE_SECONDS", "61"),
        ("EMAIL_MAX_CONCURRENCY", "1"),
        ("CASE_MAX_CONCURRENCY", "1"),
        ("EGRESS_ALLOCATION_IDS", "192.0.2.1"),
        ("SALESFORCE_LOGIN", "password"),
        ("ESIM_PROVIDER", "other"),
        ("POWERTOOLS_LOG_LEVEL", "verbose"),
        ("RATE_LIMITS", "login.ip=many"),
        ("REFRESH_COOKIE_NAME", "portal refresh"),
        ("PORTAL_CURRENCY", "yen"),
    ],
)
def test_unusable_values_are_refused_by_name(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        load(tmp_path, **{name: value})


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"EMAIL_TRANSPORT": "smtp"}, "SMTP_HOST"),
        ({"EGRESS_ALLOCATION_IDS": "eipalloc-0123456789abcdef0"}, "FIXED_EGRESS_ADDRESS=true"),
        ({"API_DOMAIN_NAME": "api.example.com"}, "set both or neither"),
        ({"STAGE": "production"}, "RETAIN_DATA=true"),
        ({"REFRESH_COOKIE_SAMESITE": "None", "REFRESH_COOKIE_SECURE": "no"}, "browsers insist"),
    ],
)
def test_settings_that_need_each_other(
    tmp_path: Path, changes: dict[str, str], reason: str
) -> None:
    with pytest.raises(ConfigurationError, match=reason):
        load(tmp_path, **changes)


def test_this_machine_may_be_reached_without_tls(tmp_path: Path) -> None:
    config = load(tmp_path, SALESFORCE_URL="http://127.0.0.1:8091/")
    assert config.salesforce_url == "http://127.0.0.1:8091"


def test_a_relative_layer_path_starts_at_the_repository(tmp_path: Path) -> None:
    assert load(tmp_path, LAYER_PATH="build/layers/host").layer_path == (
        REPOSITORY / "build" / "layers" / "host"
    )


def test_lists_reach_the_handlers_as_comma_lists(tmp_path: Path) -> None:
    config = load(tmp_path, CORS_ORIGINS="https://a.example.com , https://b.example.com")
    assert config.variable("CORS_ORIGINS") == "https://a.example.com,https://b.example.com"


def test_switches_reach_the_handlers_in_lower_case(tmp_path: Path) -> None:
    assert load(tmp_path, REFRESH_COOKIE_SECURE="0").variable("REFRESH_COOKIE_SECURE") == "false"


def test_env_files_know_comments_quotes_and_export(tmp_path: Path) -> None:
    file = tmp_path / ".env.dev"
    file.write_text("# note\n\nexport A='x # y'\nB = \"two words\"\nC=\n", encoding="utf-8")
    assert read_env_file(file) == {"a": "x # y", "b": "two words"}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("A=1\nnonsense", "line 2: expected nonsense=value"),
        ("A=1\n= 2", "line 2: expected NAME=value"),
        ("A=1\nA=2", "line 2: A is set twice"),
    ],
)
def test_env_files_with_faults_name_the_line(tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / ".env.dev"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=complaint):
        read_env_file(file)


@pytest.mark.parametrize("stage", EXAMPLES)
def test_the_examples_load_and_have_a_line_for_all_that_has_no_default(
    tmp_path: Path, stage: str
) -> None:
    example = REPOSITORY / f".env.{stage}.example"
    values = dotenv_values(example)
    required = {name.upper() for name, field in Config.model_fields.items() if field.is_required()}
    assert required <= set(values)
    assert [name for name, value in values.items() if not value] == []
    (tmp_path / f".env.{stage}").write_text(example.read_text(encoding="utf-8"), encoding="utf-8")
    loaded = load_config({"STAGE": stage}, directory=tmp_path)
    for name in set(values) - required:
        default = Config.model_fields[name.lower()].default
        assert getattr(loaded, name.lower()) != default, f"{name}: a default needs no line"


SETTING = re.compile(r"^\| `([A-Z_]+)` \| (.*?) \| \S", re.MULTILINE)


def shown(name: str) -> str:
    """The default as the page of settings shows it."""
    field = Config.model_fields[name.lower()]
    if field.is_required():
        return "**FILL IN**"
    if isinstance(field.default, Path):
        return f"`{field.default.relative_to(REPOSITORY)}`"
    if isinstance(field.default, bool):
        return f"`{str(field.default).lower()}`"
    return f"`{field.default}`" if field.default not in ("", ()) else ""


def test_the_page_of_settings_has_each_with_its_default() -> None:
    page = (REPOSITORY / "docs" / "settings.md").read_text(encoding="utf-8")
    rows = SETTING.findall(page)
    assert sorted(name for name, _ in rows) == sorted(SETTINGS)
    assert {name: default.strip() for name, default in rows} == {
        name: shown(name) for name in SETTINGS
    }


def test_every_plain_setting_of_the_table_exists() -> None:
    named = {name for endpoint in ENDPOINTS for name in endpoint.settings}
    assert named <= set(SETTINGS)


def test_nothing_is_read_behind_the_back_of_who_loads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SALESFORCE_PRICEBOOK", "Other")
    assert load(tmp_path).salesforce_pricebook == "Portal"


@pytest.mark.parametrize("provider", ["gigs", "esim_access", "other"])
def test_a_provider_can_be_deployed_exactly_when_there_is_an_adapter(
    tmp_path: Path, provider: str
) -> None:
    """`portal.config.ESIM_PROVIDERS` and what the factory can build are the same."""
    environment = {
        "STAGE": "test",
        "ESIM_PROVIDER": provider,
        "ESIM_API_URL": "https://esim.example.com",
        "ESIM_SECRET_ID": "portal/test/esim",
    }
    settings = portal_config.load(portal_config.EsimConfig, environment)
    if provider in portal_config.ESIM_PROVIDERS:
        assert load(tmp_path, ESIM_PROVIDER=provider).esim_provider == provider
        assert factories.esim_provider(settings).capabilities.provider == provider
    else:
        with pytest.raises(ConfigurationError, match=r"ESIM_PROVIDER: .*write gigs"):
            load(tmp_path, ESIM_PROVIDER=provider)
        with pytest.raises(portal_config.ConfigurationError, match="ESIM_PROVIDER"):
            factories.esim_provider(settings)


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("BRAND_COLOR", ("#0b5d7a", "#FFCC00"), ("red", "0b5d7a", "#fff")),
        (
            "BRAND_LOGO_URL",
            ("https://portal.example.com/logo.png", "/logo.png"),
            ("logo.png", "//cdn.example.com/logo.png", "http://portal.example.com/logo.png"),
        ),
        ("EMAIL_COPY_TO", ("archive@example.com",), ("archive", "a@b c")),
        ("EMAIL_REPLY_TO", ("support@example.com",), ("support",)),
    ],
)
def test_the_look_of_mails_and_where_they_go(
    tmp_path: Path, name: str, good: tuple[str, ...], bad: tuple[str, ...]
) -> None:
    for value in good:
        assert getattr(load(tmp_path, **{name: value}), name.lower()) == value
    for value in bad:
        with pytest.raises(ConfigurationError, match=name):
            load(tmp_path, **{name: value})
