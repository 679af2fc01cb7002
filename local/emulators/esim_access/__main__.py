"""Serves the emulator: `python -m local.emulators.esim_access --port 8095`."""

from __future__ import annotations

import argparse

from local.emulators.esim_access.emulator import ACCESS_CODE, SECRET_KEY, EsimAccess
from local.emulators.kit.server import run


def main() -> None:
    """Serve one account until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8095)
    parser.add_argument("--access-code", default=ACCESS_CODE)
    parser.add_argument("--secret-key", default=SECRET_KEY)
    options = parser.parse_args()
    run(EsimAccess(options.access_code, options.secret_key), port=options.port)


if __name__ == "__main__":
    main()
