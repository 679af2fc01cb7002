"""What one run of the local stack is told: ports, folders, upstreams that are replaced.

Everything comes from environment variables, read once by `Settings.from_environment`. The names
of the upstream variables are the ones that the Lambdas read in AWS.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"

REGION = "ap-northeast-1"
ACCOUNT = "111122223333"
"""The 12-digit access key that ministack takes for the root user of the account of that number."""

PORTS = {
    "front": ("PORTAL_PORT", 8080),
    "ministack": ("MINISTACK_PORT", 4566),
    "salesforce": ("SALESFORCE_PORT", 8091),
    "whmcs": ("WHMCS_PORT", 8092),
    "gigs": ("GIGS_PORT", 8093),
    "sendgrid": ("SENDGRID_PORT", 8094),
}
"""Service → (environment variable that moves it, usual port)."""

UPSTREAM_VARIABLES = {
    "SALESFORCE_URL": "salesforce",
    "WHMCS_API_URL": "whmcs",
    "ESIM_API_URL": "gigs",
    "ESIM_PROVIDER": "gigs",
    "SENDGRID_API_URL": "sendgrid",
}
"""Variable → the emulator that is not started when the variable is set."""

SECRET_VARIABLES = {
    "salesforce": "SALESFORCE_SECRET_JSON",
    "whmcs": "WHMCS_SECRET_JSON",
    "esim": "ESIM_SECRET_JSON",
    "mail": "SENDGRID_SECRET_JSON",
}
"""Secret → the variable that replaces its local default."""


def front_origins(port: int) -> tuple[str, str]:
    """The origins that the front door is reached at; the first is the one that is shown."""
    return f"http://{HOST}:{port}", f"http://localhost:{port}"


class SettingsError(ValueError):
    """A setting that cannot be used; the message says which and what to write instead."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One run.

    `ports` maps the services of `PORTS` to port numbers (0: any free one), `upstreams` holds the
    upstream variables that were set, `secrets` the JSON objects that replace local defaults,
    `root` keeps what outlives a run (environments, builds, keys), `logs` this run's logs.
    """

    ports: dict[str, int]
    upstreams: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, dict[str, Any]] = field(default_factory=dict)
    root: Path = REPOSITORY / ".local"
    logs: Path = REPOSITORY / ".local" / "logs"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Settings:
        """Settings of `make run`; raises SettingsError for a value that cannot be used."""
        return cls(
            ports={
                service: _port(environ, variable, usual)
                for service, (variable, usual) in PORTS.items()
            },
            upstreams=_upstreams(environ),
            secrets=_secrets(environ),
        )

    @classmethod
    def for_tests(cls) -> Settings:
        """Free ports and logs of its own, so that a running `make run` is not disturbed."""
        return cls(ports=dict.fromkeys(PORTS, 0), logs=REPOSITORY / ".local" / "test-logs")

    @property
    def replaced(self) -> frozenset[str]:
        """The emulators that are not started."""
        return frozenset(UPSTREAM_VARIABLES[name] for name in self.upstreams)


def _port(environ: Mapping[str, str], variable: str, usual: int) -> int:
    text = environ.get(variable) or str(usual)
    if not text.isdecimal() or int(text) not in range(1, 65536):
        raise SettingsError(f"{variable}={text!r} is no port: write a number from 1 to 65535")
    return int(text)


def _upstreams(environ: Mapping[str, str]) -> dict[str, str]:
    found = {name: environ[name] for name in UPSTREAM_VARIABLES if environ.get(name)}
    for name, value in found.items():
        if name.endswith("_URL") and not value.startswith(("http://", "https://")):
            raise SettingsError(f"{name}={value!r} is no URL: begin it with http:// or https://")
    provider = found.get("ESIM_PROVIDER", "gigs")
    if provider not in {"gigs", "esim_access"}:
        raise SettingsError(f"ESIM_PROVIDER={provider!r} is unknown: write gigs or esim_access")
    if found == {"ESIM_PROVIDER": "gigs"} or ("ESIM_API_URL" not in found and provider == "gigs"):
        # The emulator is Gigs already: naming it replaces nothing.
        found.pop("ESIM_PROVIDER", None)
    elif "ESIM_API_URL" not in found:
        raise SettingsError(
            "ESIM_PROVIDER=esim_access has no emulator here: set ESIM_API_URL to where it answers"
        )
    return found


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
            raise SettingsError(f"{variable} is no JSON object: write one on a single line")
        secrets[secret] = value
    return secrets
