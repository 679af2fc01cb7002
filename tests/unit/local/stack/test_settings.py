"""What the environment may say about a run, and how it is told what is wrong."""

from __future__ import annotations

import pytest

from local.stack.emulators import lambda_environment
from local.stack.settings import Settings, SettingsError


def test_without_variables_every_service_has_its_usual_port_and_nothing_is_replaced() -> None:
    settings = Settings.from_environment({})
    assert settings.ports == {
        "front": 8080,
        "ministack": 4566,
        "salesforce": 8091,
        "whmcs": 8092,
        "gigs": 8093,
        "sendgrid": 8094,
        "esim_access": 8095,
    }
    assert settings.replaced == frozenset()
    assert settings.emulators == ("salesforce", "whmcs", "gigs", "sendgrid")


def test_a_port_can_be_moved() -> None:
    assert Settings.from_environment({"PORTAL_PORT": "9000"}).ports["front"] == 9000


@pytest.mark.parametrize("value", ["0", "65536", "http", "-1", "80 80"])
def test_an_unusable_port_names_its_variable(value: str) -> None:
    with pytest.raises(SettingsError, match="WHMCS_PORT"):
        Settings.from_environment({"WHMCS_PORT": value})


@pytest.mark.parametrize(
    ("variable", "emulator"),
    [
        ("SALESFORCE_URL", "salesforce"),
        ("WHMCS_API_URL", "whmcs"),
        ("ESIM_API_URL", "gigs"),
        ("SENDGRID_API_URL", "sendgrid"),
    ],
)
def test_an_upstream_in_the_environment_replaces_its_emulator(variable: str, emulator: str) -> None:
    settings = Settings.from_environment({variable: "http://127.0.0.1:1/x"})
    assert settings.replaced == {emulator}
    assert settings.upstreams == {variable: "http://127.0.0.1:1/x"}
    assert emulator not in settings.emulators
    assert len(settings.emulators) == 3


def test_origins_of_a_dev_server_are_one_variable() -> None:
    settings = Settings.from_environment(
        {"CORS_ORIGINS": "http://localhost:5173, http://127.0.0.1:5173"}
    )
    assert settings.cors_origins == ("http://localhost:5173", "http://127.0.0.1:5173")
    assert Settings.from_environment({}).cors_origins == ()


@pytest.mark.parametrize("value", ["localhost:5173", "http://localhost:5173/", "*", "http://a b"])
def test_an_unusable_origin_is_refused_with_an_example(value: str) -> None:
    with pytest.raises(SettingsError, match=r"CORS_ORIGINS.*example"):
        Settings.from_environment({"CORS_ORIGINS": value})


def test_the_brand_of_the_pages_can_be_set() -> None:
    brand = Settings.from_environment(
        {"BRAND_NAME": "Kaede", "BRAND_LOGO_URL": "/logo.svg", "BRAND_COLOR": "#aa3300"}
    ).brand
    assert (brand.name, brand.logo_url, brand.color) == ("Kaede", "/logo.svg", "#aa3300")
    for variable, value in {"BRAND_LOGO_URL": "logo.svg", "BRAND_COLOR": "red"}.items():
        with pytest.raises(SettingsError, match=variable):
            Settings.from_environment({variable: value})


def test_an_upstream_that_is_no_url_is_refused() -> None:
    with pytest.raises(SettingsError, match="SALESFORCE_URL"):
        Settings.from_environment({"SALESFORCE_URL": "example.my.salesforce.com"})


def test_mails_have_the_look_of_the_pages() -> None:
    given = {"BRAND_NAME": "Kaede", "BRAND_LOGO_URL": "/logo.svg", "BRAND_COLOR": "#aa3300"}
    named = {"EMAIL_FROM_NAME": "Kaede"}
    assert Settings.from_environment(given).brand.lambda_environment() == given | named
    plain = Settings.from_environment({}).brand.lambda_environment()
    assert set(plain.values()) == {"Portal", ""}


@pytest.mark.parametrize("provider", ["gigs", "esim_access"])
def test_the_provider_that_is_named_is_emulated(provider: str) -> None:
    settings = Settings.from_environment({"ESIM_PROVIDER": provider})
    assert settings.replaced == frozenset()
    assert settings.emulators == ("salesforce", "whmcs", provider, "sendgrid")
    environment = lambda_environment(settings, {provider: "http://127.0.0.1:2"})
    assert environment == {"ESIM_PROVIDER": provider, "ESIM_API_URL": "http://127.0.0.1:2"}


@pytest.mark.parametrize("provider", ["gigs", "esim_access"])
def test_a_provider_elsewhere_starts_no_emulator(provider: str) -> None:
    settings = Settings.from_environment(
        {"ESIM_PROVIDER": provider, "ESIM_API_URL": "http://127.0.0.1:1"}
    )
    assert settings.replaced == {provider}
    assert settings.emulators == ("salesforce", "whmcs", "sendgrid")
    environment = lambda_environment(settings, {})
    assert environment == {"ESIM_PROVIDER": provider, "ESIM_API_URL": "http://127.0.0.1:1"}


def test_an_unknown_provider_is_refused() -> None:
    with pytest.raises(SettingsError, match="ESIM_PROVIDER"):
        Settings.from_environment({"ESIM_PROVIDER": "airalo"})


def test_a_secret_may_be_given_as_json_and_nothing_else() -> None:
    settings = Settings.from_environment({"WHMCS_SECRET_JSON": '{"identifier": "a"}'})
    assert settings.secrets == {"whmcs": {"identifier": "a"}}
    for wrong in ("identifier=a", "[]", '"a"'):
        with pytest.raises(SettingsError, match="WHMCS_SECRET_JSON"):
            Settings.from_environment({"WHMCS_SECRET_JSON": wrong})
