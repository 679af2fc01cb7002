"""Serves the emulator: `python -m local.emulators.sendgrid --port 8094`."""

from __future__ import annotations

import argparse

from local.emulators.kit.server import run
from local.emulators.sendgrid.account import FULL_ACCESS
from local.emulators.sendgrid.emulator import DEFAULT_KEYS, SendGrid


def main() -> None:
    """Serve one account until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8094)
    parser.add_argument("--key", default=next(iter(DEFAULT_KEYS)), help="API key with full access")
    options = parser.parse_args()
    run(SendGrid({options.key: FULL_ACCESS}), port=options.port)


if __name__ == "__main__":
    main()
