"""`make demo`: plays the whole business against the running stack."""

from __future__ import annotations

import argparse
import sys

import httpx
from rich.console import Console
from rich.markup import escape

from local.demo.checks import DemoError
from local.demo.outage import OUTAGES
from local.demo.play import Demo
from local.demo.portal_client import DEFAULT_FRONT_DOOR
from local.note import running_front_door
from local.stack.settings import ESIM_PROVIDERS


def main(arguments: list[str] | None = None) -> int:
    """Return 0 when every check holds; else print the failed check and return 1."""
    parser = argparse.ArgumentParser(prog="demo", description=__doc__)
    parser.add_argument(
        "--front",
        help="address of the front door (default: the stack that runs from this checkout, "
        f"or {DEFAULT_FRONT_DOOR})",
    )
    parser.add_argument(
        "--fault",
        choices=sorted(OUTAGES),
        help="let an outside system fail instead, and watch its alarm on /ops",
    )
    parser.add_argument(
        "--provider",
        choices=ESIM_PROVIDERS,
        help="refuse a stack that runs with another eSIM provider",
    )
    options = parser.parse_args(arguments)
    front = options.front or running_front_door() or DEFAULT_FRONT_DOOR
    console = Console()
    try:
        demo = Demo(front.rstrip("/"), console, options.provider)
        if options.fault:
            demo.run_outage(options.fault)
        else:
            demo.run()
    except DemoError as error:
        console.print(f"[bold red]✗[/] {escape(str(error))}", highlight=False)
        return 1
    except httpx.TransportError as error:
        console.print(
            f"[bold red]✗[/] The stack stopped answering ({type(error).__name__}): is "
            "`make run` still running?",
            highlight=False,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
