"""Builds what a deploy needs: the layer for this machine and the synthesised template.

Both are kept and are built again only when one of their sources has changed.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from local.stack.settings import (
    CORS_VARIABLE,
    HOST,
    PORTS,
    REPOSITORY,
    Settings,
    front_origins,
)

STAGE = "local"
LAYER = REPOSITORY / "build" / "layers" / "host"
KEPT_SYNTHS = 3

OVERRIDABLE = (
    "POWERTOOLS_LOG_LEVEL",
    "PROVISION_MAX_RETRIES",
    "PROVISION_NEEDS_APPROVAL",
    "PROVISION_PATIENCE_HOURS",
)
"""Settings of the stage that environment variables of the developer change."""

CONFIGURATION = {
    "STAGE": STAGE,
    # ministack has no account-wide role for API Gateway's logs and does not enforce WAF rules.
    "API_ACCOUNT_LOGGING": "false",
    "WAF_ENABLED": "false",
    "SNAPSTART": "false",
    # The demo makes more calls from one address in a minute than a customer makes in a day.
    "API_RATE_LIMIT": "1000",
    "API_BURST_LIMIT": "1000",
    # All callers on this machine have one address. The limits per account are not changed.
    "RATE_LIMITS": "signup.ip=1000/3600,login.ip=3000/300,refresh.ip=3000/300,logout.ip=3000/300,"
    "reset-mail.ip=1000/3600,reset-password.ip=1000/900,link.ip=1000/3600",
    "WHMCS_PAYMENT_METHOD": "stripe",
    "WHMCS_CUSTOMER_NUMBER_FIELD_ID": "1",
    "WHMCS_DATE_OF_BIRTH_FIELD_ID": "2",
    "WHMCS_GENDER_FIELD_ID": "3",
    "WHMCS_NATIONALITY_FIELD_ID": "4",
    "EMAIL_TRANSPORT": "sendgrid",
    "SMOKE_EMAIL": "smoke.test@mail.example",
    "SMOKE_SKU": "CALLBACK-CONSULTATION",
    "EMAIL_FROM": "no-reply@portal.example",
    "EMAIL_FROM_NAME": "Portal",
    # The default addresses. The deployed copy gets those of the run (fixups.point_lambdas_at and
    # fixups.point_origins_at), so that other ports need no new template.
    CORS_VARIABLE: ",".join(front_origins(PORTS["front"][1])),
    "PORTAL_WEB_URL": front_origins(PORTS["front"][1])[0],
    "SALESFORCE_URL": f"http://{HOST}:{PORTS['salesforce'][1]}",
    "WHMCS_API_URL": f"http://{HOST}:{PORTS['whmcs'][1]}/includes/api.php",
    "ESIM_PROVIDER": "gigs",
    "ESIM_API_URL": f"http://{HOST}:{PORTS['gigs'][1]}",
    "SENDGRID_API_URL": f"http://{HOST}:{PORTS['sendgrid'][1]}",
}
"""The configuration of the stage `local`; other stages have theirs in `.env.<stage>`."""

SOURCES = ("infra", "functions", "layers", "cdk.json", "uv.lock")
LAYER_SOURCES = ("uv.lock", "pyproject.toml", "layers/shared/pyproject.toml", "infra/layers")


class BuildError(RuntimeError):
    """The layer or the template could not be built; the message ends with the tool's output."""


@contextmanager
def locked(settings: Settings) -> Iterator[None]:
    """Lock the builds: a start and a test session at once would build the same things."""
    settings.root.mkdir(parents=True, exist_ok=True)
    with (settings.root / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def host_layer(settings: Settings) -> None:
    """Build the layer of wheels for this machine's Python, unless it is up to date."""
    stamp = settings.root / "host-layer"
    wanted = _digest(LAYER_SOURCES, {"python": sys.version, "platform": sys.platform})
    if LAYER.is_dir() and stamp.exists() and stamp.read_text() == wanted:
        return
    _run("the layer", ["infra.layers", "--target", "host"], {})
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(wanted)


def synthesise(settings: Settings) -> Path:
    """Return the cloud assembly of the stage `local`; synthesise it unless it is up to date."""
    overrides = {name: os.environ[name] for name in OVERRIDABLE if name in os.environ}
    configuration = {**CONFIGURATION, **overrides}
    configuration[CORS_VARIABLE] = ",".join([configuration[CORS_VARIABLE], *settings.cors_origins])
    wanted = _digest(SOURCES, configuration)
    target = settings.root / "cdk.out" / wanted[:20]
    if target.is_dir():
        os.utime(target)
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        output, wheels = Path(folder) / "assembly", Path(folder) / "wheels"
        # The layer of wheels is not deployed here (fixups.wheels_in_the_runtime): an empty folder
        # saves copying a hundred megabytes into every assembly.
        (wheels / "python").mkdir(parents=True)
        paths = {"CDK_OUTDIR": str(output), "LAYER_PATH": str(wheels)}
        _run("the template", ["infra.app"], {**configuration, **paths})
        output.replace(target)
    _forget_old(target.parent)
    return target


def _run(what: str, module: list[str], environment: Mapping[str, str]) -> None:
    outcome = subprocess.run(  # noqa: S603  # our own modules
        [sys.executable, "-m", *module],
        cwd=REPOSITORY,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if outcome.returncode:
        words = (outcome.stderr or outcome.stdout).strip()[-4000:]
        raise BuildError(f"{what} could not be built (python -m {' '.join(module)}):\n{words}")


def _digest(sources: Iterable[str], more: Mapping[str, str]) -> str:
    digest = hashlib.sha256()
    for name, value in sorted(more.items()):
        digest.update(f"{name}={value}\0".encode())
    for source in sources:
        for file in _files(REPOSITORY / source):
            digest.update(f"{file.relative_to(REPOSITORY)}\0".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _files(path: Path) -> Iterator[Path]:
    """Yield a file, a module given without its suffix, or every source below a folder."""
    if path.is_dir():
        found = (p for p in path.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
        yield from sorted(found)
    elif path.is_file():
        yield path
    elif path.with_suffix(".py").is_file():
        yield path.with_suffix(".py")


def _forget_old(folder: Path) -> None:
    assemblies = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in assemblies[KEPT_SYNTHS:]:
        shutil.rmtree(old, ignore_errors=True)
