"""Serves the emulator: `python -m local.emulators.gigs --port 8093`."""

from __future__ import annotations

import argparse

from local.emulators.gigs.emulator import DEFAULT_PROJECTS, Gigs
from local.emulators.kit.server import run


def main() -> None:
    """Serve one project until interrupted."""
    default_project, default_token = next(iter(DEFAULT_PROJECTS.items()))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8093)
    parser.add_argument("--project", default=default_project)
    parser.add_argument("--token", default=default_token, help="API key of the project")
    options = parser.parse_args()
    run(Gigs({options.project: options.token}), port=options.port)


if __name__ == "__main__":
    main()
