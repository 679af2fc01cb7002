"""Serves the emulator: `python -m local.emulators.whmcs --port 8092`."""

from __future__ import annotations

import argparse

from local.emulators.kit.server import HOST, run
from local.emulators.whmcs.emulator import Whmcs

DEFAULT_PORT = 8092


def main() -> None:
    """Serve on loopback until interrupted."""
    parser = argparse.ArgumentParser(prog="local.emulators.whmcs", description=__doc__)
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    port = parser.parse_args().port
    print(f"WHMCS emulator on http://{HOST}:{port} (admin screen /admin/, API /includes/api.php)")
    run(Whmcs(), port=port)


if __name__ == "__main__":
    main()
