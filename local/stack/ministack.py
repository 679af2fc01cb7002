"""The AWS emulator ministack: its Python environments, its process and its clients."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import boto3
import requests
from botocore.config import Config

from local.stack.build import LAYER
from local.stack.ports import reserve
from local.stack.settings import ACCOUNT, HOST, REGION, REPOSITORY, Settings

PROJECT = REPOSITORY / "local" / "ministack"
LAUNCHER = PROJECT / "launch.py"
LOG = "ministack.log"
START_TIMEOUT = 30.0

INHERITED = (
    "PATH",
    "LANG",
    "LC_ALL",
    "TZ",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "http_proxy",
    "https_proxy",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_FILE",
)
"""The variables of the launcher's environment that ministack and every Lambda get.

ministack passes its own environment on to the handlers. Any other variable of the developer's
machine would work here and be missing in AWS.
"""


class MinistackError(RuntimeError):
    """ministack could not be prepared or did not start; the message says where its log is."""


@dataclass(frozen=True)
class Ministack:
    """A running emulator; `endpoint` is its URL."""

    endpoint: str

    def client(self, service: str, *, account: str = ACCOUNT) -> Any:
        """Return a boto3 client that acts as the root user of the account."""
        return client(service, endpoint=self.endpoint, account=account)


def client(service: str, *, endpoint: str, account: str = ACCOUNT) -> Any:
    """Return a boto3 client for `endpoint` that reads no configuration of this machine."""
    return boto3.session.Session(
        aws_access_key_id=account,
        aws_secret_access_key="test",
        region_name=REGION,
    ).client(  # type: ignore[call-overload]  # the service's name is a plain string here
        service,
        endpoint_url=endpoint,
        config=Config(
            retries={"mode": "standard", "max_attempts": 2},
            s3={"addressing_style": "path"},
            proxies={},
        ),
    )


def find_uv() -> str:
    """Return the uv that runs this process, else the repository's own, else that on the path."""
    candidates = [os.environ.get("UV"), str(REPOSITORY / ".tools" / "bin" / "uv")]
    for candidate in candidates:
        if candidate and Path(candidate).is_file():
            return candidate
    found = shutil.which("uv")
    if found is None:
        raise MinistackError("uv was not found: start with `make run`, which installs it")
    return found


@dataclass(frozen=True)
class Interpreters:
    """The Python interpreters: `emulator` runs ministack, `runtime` runs the Lambdas."""

    emulator: Path
    runtime: Path


def prepare(settings: Settings) -> Interpreters:
    """Create or refresh the two environments; unchanged lock files cost one hash."""
    return Interpreters(
        emulator=_emulator_environment(settings), runtime=_runtime_environment(settings)
    )


def _emulator_environment(settings: Settings) -> Path:
    environment = settings.root / "ministack-venv"
    python = environment / "bin" / "python"
    stamp = environment / "portal-stamp"
    wanted = _fingerprint()
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return python
    settings.root.mkdir(parents=True, exist_ok=True)
    outcome = subprocess.run(  # noqa: S603  # uv with our own arguments
        [
            *(find_uv(), "sync", "--quiet", "--locked"),
            *("--project", str(PROJECT), "--python", sys.executable),
        ],
        env={**os.environ, "UV_PROJECT_ENVIRONMENT": str(environment)},
        capture_output=True,
        text=True,
        check=False,
    )
    if outcome.returncode:
        raise MinistackError(f"ministack's environment was not built: {outcome.stderr.strip()}")
    stamp.write_text(wanted)
    return python


def _runtime_environment(settings: Settings) -> Path:
    """Create an environment that stands for Lambda's Python runtime with the wheels' layer.

    ministack would run the handlers under its own interpreter, which also finds packages that are
    missing in the layer, and would unpack the layer again for every function. This environment
    holds the layer once, and no other package.
    """
    environment = settings.root / "runtime"
    python = environment / "bin" / "python"
    stamp = environment / "portal-stamp"
    wanted = f"{sys.version} {sys.base_prefix}"
    if not (python.exists() and stamp.exists() and stamp.read_text() == wanted):
        venv.EnvBuilder(clear=True, symlinks=True).create(environment)
        stamp.write_text(wanted)
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "layer.pth").write_text(f"{LAYER / 'python'}\n")
    return python


def _fingerprint() -> str:
    digest = hashlib.sha256(sys.version.encode() + sys.base_prefix.encode())
    for name in ("pyproject.toml", "uv.lock"):
        digest.update((PROJECT / name).read_bytes())
    return digest.hexdigest()


@contextmanager
def running(settings: Settings, *, checks_grants: bool = True) -> Iterator[Ministack]:
    """Start the emulator; stop it and its child processes at the end. Raises MinistackError.

    Without `checks_grants` every caller may do everything, as an account's root user may anyway.
    """
    interpreters = prepare(settings)
    port = reserve("ministack", settings.ports["ministack"])
    folder = _temporary_folder(settings.root / "tmp")
    settings.logs.mkdir(parents=True, exist_ok=True)
    log = settings.logs / LOG
    with log.open("wb") as output:
        variables = environment(folder, port, checks_grants=checks_grants)
        guard = _start(interpreters, folder, variables, output)
        try:
            endpoint = f"http://{HOST}:{port}"
            _wait_until_ready(guard, endpoint, log)
            yield Ministack(endpoint)
        finally:
            _stop(guard)


def _start(
    interpreters: Interpreters, folder: Path, variables: dict[str, str], output: IO[bytes]
) -> subprocess.Popen[bytes]:
    guard = [sys.executable, "-m", "local.guard", str(folder)]
    command = [*guard, str(interpreters.emulator), str(LAUNCHER), str(interpreters.runtime)]
    return subprocess.Popen(  # noqa: S603  # our own command line
        command,
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=variables,
        # Ctrl-C in a terminal reaches the whole group, but only the guard may stop ministack.
        start_new_session=True,
    )


def environment(folder: Path, port: int, *, checks_grants: bool = True) -> dict[str, str]:
    """Return the environment of ministack's process."""
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return {
        **inherited,
        "NO_PROXY": f"{HOST},localhost",
        "no_proxy": f"{HOST},localhost",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "BIND_HOST": HOST,
        "MINISTACK_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "AUTH": str(checks_grants).lower(),
        "MINISTACK_REGION": REGION,
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "LOG_LEVEL": "INFO",
    }


def _temporary_folder(parent: Path) -> Path:
    """Create a folder for this run and remove the folders of runs that were killed."""
    parent.mkdir(parents=True, exist_ok=True)
    for old in parent.glob("run-*-*"):
        if not _alive(int(old.name.split("-")[1])):
            shutil.rmtree(old, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"run-{os.getpid()}-", dir=parent))


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _wait_until_ready(guard: subprocess.Popen[bytes], endpoint: str, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        if guard.poll() is not None:
            break
        try:
            answer = requests.get(f"{endpoint}/_ministack/ready", timeout=2)
        except requests.RequestException:
            time.sleep(0.05)
            continue
        if answer.status_code == requests.codes.ok:
            return
        time.sleep(0.05)
    raise MinistackError(f"ministack did not start: see {log}")


def _stop(guard: subprocess.Popen[bytes]) -> None:
    if guard.stdin is not None:
        guard.stdin.close()
    try:
        guard.wait(20)
    except subprocess.TimeoutExpired:
        guard.kill()
        guard.wait()
