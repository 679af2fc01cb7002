"""The settings of one run of the local stack: ports, folders, replaced upstreams.

They come from environment variables, which `Settings.from_environment` reads once. The upstream
variables have the names that the Lambdas read in AWS.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"

REGION = "ap-northeast-1"
ACCOUNT = "111122223333"
"""The account number; ministack accepts it as the access key of the account's root user."""

PORTS = {
    "front": ("PORTAL_PORT", 8080),
    "ministack": ("MINISTACK_PORT", 4566),
    "salesforce": ("SALESFORCE_PORT", 8091),
    "whmcs": ("WHMCS_PORT", 8092),
    "gigs": ("GIGS_PORT", 8093),
    "sendgrid": ("SENDGRID_PORT", 8094),
    "esim_access": ("ESIM_ACCESS_PORT", 8095),
}
"""Service → (environment variable that moves it, default port)."""

UPSTREAM_VARIABLES = {
    "SALESFORCE_URL": "salesforce",
    "WHMCS_API_URL": "whmcs",
    "ESIM_API_URL": "esim",
    "SENDGRID_API_URL": "sendgrid",
}
"""Variable → the upstream whose emulator is not started when the variable is set."""

ESIM_PROVIDERS = ("gigs", "esim_access")
"""The eSIM providers with an emulator; one of them runs."""

SECRET_VARIABLES = {
    "salesforce": "SALESFORCE_SECRET_JSON",
    "whmcs": "WHMCS_SECRET_JSON",
    "esim": "ESIM_SECRET_JSON",
    "mail": "SENDGRID_SECRET_JSON",
}
"""Secret → the variable that replaces its local default."""


CORS_VARIABLE = "CORS_ORIGINS"
"""The variable with the origins of a front end's own server."""

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?")
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


def front_origins(port: int) -> tuple[str, str]:
    """Return the origins of the front door; the first one is shown to people."""
    return f"http://{HOST}:{port}", f"http://localhost:{port}"


class SettingsError(ValueError):
    """A setting has an unusable value; the message names it and says what to write instead."""


@dataclass(frozen=True, kw_only=True)
class Brand:
    """What pages and mails show of the reseller; None where their own is kept."""

    name: str = "Portal"
    logo_url: str | None = None
    color: str | None = None

    def lambda_environment(self) -> dict[str, str]:
        """Return the Lambdas' variables for the look of mails; empty where none is set."""
        return {
            "BRAND_NAME": self.name,
            "EMAIL_FROM_NAME": self.name,
            "BRAND_COLOR": self.color or "",
            "BRAND_LOGO_URL": self.logo_url or "",
        }


TEST_LOGS = REPOSITORY / ".local" / "test-logs"
"""Has a folder of log files for each of the last test sessions."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One run.

    `ports` maps the services of `PORTS` to port numbers (0: any free one), `upstreams` holds the
    upstream variables that were set, `esim_provider` is one of `ESIM_PROVIDERS`, `secrets` the JSON
    objects that replace local defaults, `cors_origins` the origins that the API accepts beside the
    front door's, `brand` the look of the customer's pages, `root` keeps what outlives a run
    (environments, builds, keys), `logs` this run's logs.
    """

    ports: dict[str, int]
    upstreams: dict[str, str] = field(default_factory=dict)
    esim_provider: str = ESIM_PROVIDERS[0]
    secrets: dict[str, dict[str, Any]] = field(default_factory=dict)
    cors_origins: tuple[str, ...] = ()
    brand: Brand = field(default_factory=Brand)
    root: Path = REPOSITORY / ".local"
    logs: Path = REPOSITORY / ".local" / "logs"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Settings:
        """Return the settings of `make run`. Raises SettingsError for an unusable value."""
        return cls(
            ports={
                service: _port(environ, variable, usual)
                for service, (variable, usual) in PORTS.items()
            },
            upstreams=_upstreams(environ),
            esim_provider=_esim_provider(environ),
            secrets=_secrets(environ),
            cors_origins=_origins(environ),
            brand=_brand(environ),
        )

    @classmethod
    def for_tests(cls) -> Settings:
        """Return settings with free ports and a log folder of this process.

        A test session can run beside a `make run` and beside other test sessions.
        """
        return cls(ports=dict.fromkeys(PORTS, 0), logs=TEST_LOGS / str(os.getpid()))

    @property
    def replaced(self) -> frozenset[str]:
        """The emulators that are not started because another system replaces them."""
        upstreams = (UPSTREAM_VARIABLES[name] for name in self.upstreams)
        return frozenset(self.esim_provider if name == "esim" else name for name in upstreams)

    @property
    def emulators(self) -> tuple[str, ...]:
        """The emulators that are started."""
        wanted = ("salesforce", "whmcs", self.esim_provider, "sendgrid")
        return tuple(name for name in wanted if name not in self.replaced)


def _port(environ: Mapping[str, str], variable: str, usual: int) -> int:
    text = environ.get(variable) or str(usual)
    if not text.isdecimal() or int(text) not in range(1, 65536):
        raise SettingsError(f"{variable}={text!r} is not a port: write a number from 1 to 65535")
    return int(text)


def _origins(environ: Mapping[str, str]) -> tuple[str, ...]:
    found = tuple(
        part.strip() for part in environ.get(CORS_VARIABLE, "").split(",") if part.strip()
    )
    for origin in found:
        if not _ORIGIN.fullmatch(origin):
            raise SettingsError(
                f"{CORS_VARIABLE}: {origin!r} is not an origin: write scheme, host and port "
                "without a path, for example http://localhost:5173; separate several with commas"
            )
    return found


def _brand(environ: Mapping[str, str]) -> Brand:
    logo, color = environ.get("BRAND_LOGO_URL") or None, environ.get("BRAND_COLOR") or None
    if logo is not None and not logo.startswith(("/", "http://", "https://")):
        raise SettingsError(
            f"BRAND_LOGO_URL={logo!r} is not an address: begin it with /, http:// or https://"
        )
    if color is not None and not _COLOR.fullmatch(color):
        raise SettingsError(f"BRAND_COLOR={color!r} is not a colour: write it as #0b5cab")
    return Brand(name=environ.get("BRAND_NAME") or Brand.name, logo_url=logo, color=color)


def _upstreams(environ: Mapping[str, str]) -> dict[str, str]:
    found = {name: environ[name] for name in UPSTREAM_VARIABLES if environ.get(name)}
    for name, value in found.items():
        if name.endswith("_URL") and not value.startswith(("http://", "https://")):
            raise SettingsError(f"{name}={value!r} is not a URL: begin it with http:// or https://")
    return found


def _esim_provider(environ: Mapping[str, str]) -> str:
    provider = environ.get("ESIM_PROVIDER") or ESIM_PROVIDERS[0]
    if provider not in ESIM_PROVIDERS:
        choices = " or ".join(ESIM_PROVIDERS)
        raise SettingsError(f"ESIM_PROVIDER={provider!r} is unknown: write {choices}")
    return provider


def _secrets(environ: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    secrets = {}
    for secret, variable in SECRET_VARIABLES.items():
        if not (text := environ.get(variable)):
            continue
        try:
            value = json.loads(text)
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise SettingsError(f"{variable} is not a JSON object: write one on a single line")
        secrets[secret] = value
    return secrets
