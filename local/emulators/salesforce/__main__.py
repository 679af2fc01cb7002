"""Serves the emulator: `python -m local.emulators.salesforce --port 8091`."""

from __future__ import annotations

import argparse

from local.emulators.kit.server import run
from local.emulators.salesforce.app import SalesforceEmulator

DEFAULT_PORT = 8091


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description="An emulated Salesforce org.")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    run(SalesforceEmulator(), port=parser.parse_args().port)


if __name__ == "__main__":
    main()
