"""The commands behind `make run` and `make logs`."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from local.context import StackContext
from local.note import noted
from local.stack.build import BuildError
from local.stack.deploy import DeployError
from local.stack.emulators import SeedError
from local.stack.ministack import MinistackError
from local.stack.ports import PortTakenError
from local.stack.serving import ServingError
from local.stack.session import running
from local.stack.settings import REPOSITORY, Settings, SettingsError
from local.stack.webhooks import WebhookError

EXPECTED = (
    BuildError,
    DeployError,
    MinistackError,
    PortTakenError,
    SeedError,
    ServingError,
    SettingsError,
    WebhookError,
)
"""Errors that are shown by their message alone, without a stack trace."""

PARENT_CHECK = 1.0
"""Seconds between two checks whether the parent process `uv run` still runs."""

app = typer.Typer(add_completion=False, help=__doc__, pretty_exceptions_enable=False)
console = Console(highlight=False)


def main() -> None:
    """Entry point of `python -m local`."""
    app()


@app.callback(invoke_without_command=True)
def run(context: typer.Context) -> None:
    """Build and start everything, print the addresses, and stop everything on Ctrl-C or SIGTERM."""
    if context.invoked_subcommand is not None:
        return
    with _stop_signals():
        try:
            settings = Settings.from_environment(os.environ)
            started = time.monotonic()
            with (
                running(settings, progress=Steps(started), demo_accounts=True) as stack,
                noted(stack.front_url),
                _announced(),
            ):
                _show(stack, settings, time.monotonic() - started)
                _wait()
        except EXPECTED as error:
            console.print(f"error: {error}", markup=False, soft_wrap=True)
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            console.print("stopped")


@app.command()
def logs(
    function: Annotated[str, typer.Argument(help="a part of the name, such as auth-signup")] = "",
    lines: Annotated[int, typer.Option(help="how many of the last lines")] = 50,
) -> None:
    """Print the last log lines of the Lambdas whose name contains FUNCTION."""
    folder = Settings.from_environment(os.environ).logs
    files = sorted(file for file in folder.glob("*.log") if function in file.name)
    if not files:
        console.print(
            f"No file in {_relative(folder)} has a name that contains {function!r}.", markup=False
        )
        raise typer.Exit(1)
    for file in files:
        console.rule(file.stem)
        content = file.read_text(encoding="utf-8", errors="replace").splitlines()
        for line in content[-lines:]:
            console.print(line, markup=False, soft_wrap=True)


class Steps:
    """Prints each step with the seconds that have passed."""

    def __init__(self, started: float) -> None:
        self._started = started

    def __call__(self, step: str) -> None:
        """Print the step that begins now."""
        console.print(f"[dim]{time.monotonic() - self._started:6.1f} s[/]  {step}")


@contextmanager
def _stop_signals() -> Iterator[None]:
    """Make SIGTERM and SIGHUP stop the stack as Ctrl-C does; ignore later signals."""

    def stop(*_: object) -> None:
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, signal.SIG_IGN)
        raise KeyboardInterrupt

    previous = {
        name: signal.signal(name, stop) for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    try:
        yield
    finally:
        for name, handler in previous.items():
            signal.signal(name, handler)


def _wait() -> None:
    """Wait for a signal or, under `uv run`, until uv has ended and can no longer pass one on."""
    started_by = os.getppid()
    while "UV" not in os.environ or os.getppid() == started_by:
        threading.Event().wait(PARENT_CHECK)


@contextmanager
def _announced() -> Iterator[None]:
    """Say that the stack is stopping when a signal ends the block."""
    try:
        yield
    except KeyboardInterrupt:
        # After SIGHUP there is no terminal.
        with suppress(OSError):
            console.print("stopping")
        raise


def _show(stack: StackContext, settings: Settings, seconds: float) -> None:
    front = stack.front_url
    rows = [
        ("Customer's pages", front),
        ("Developers, start here", f"{front}/dev"),
        ("API", f"{front}/api"),
        ("API documentation", f"{front}/docs"),
        ("Captured mail", f"{front}/mail"),
        ("Salesforce operator's screen", f"{front}/salesforce"),
        ("Salesforce", _emulated(stack.salesforce_url)),
        ("WHMCS", _emulated(stack.whmcs_url)),
        (
            ("eSIM Access", _emulated(stack.esim_access_url))
            if settings.esim_provider == "esim_access"
            else ("Gigs", _emulated(stack.gigs_url))
        ),
        ("SendGrid", _emulated(stack.sendgrid_url)),
        ("AWS (ministack)", stack.aws_endpoint),
        ("Logs", f"{_relative(settings.logs)}  (make logs NAME=auth-signup)"),
        *(
            ("Login", f"{account.email}  {account.password}  ({account.note})")
            for account in stack.accounts
        ),
    ]
    console.print(f"[bold green]ready[/] after {seconds:.0f} s\n")
    for name, where in rows:
        # Addresses are not wrapped, so that they can be copied.
        console.print(f"  {name:<30}{where}", markup=False, soft_wrap=True)
    console.print("\nCtrl-C stops all of it. Builds and logs are kept, data is not.")


def _emulated(url: str | None) -> str:
    return f"{url}  (admin: {url}/_admin)" if url else "replaced by the environment"


def _relative(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))
