"""Starts ministack so that Lambdas run under another interpreter: `launch.py PYTHON`.

ministack starts its workers with `sys.executable`. Runs under ministack's own environment, so it
imports nothing of the project.

uvicorn serves ministack's application instead of hypercorn: parsing HTTP in Python was half of
ministack's processor time.
"""

import runpy
import sys
from typing import Any

import hypercorn.asyncio  # type: ignore[import-not-found]  # of ministack's own environment
import uvicorn


async def serve(app: Any, config: Any) -> None:
    """Serve the application at the first address of a hypercorn configuration until a signal."""
    host, _, port = config.bind[0].rpartition(":")
    settings = uvicorn.Config(
        app,
        host=host,
        port=int(port),
        http="httptools",
        log_level=config.loglevel.lower(),
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=int(config.keep_alive_timeout),
        timeout_graceful_shutdown=1,
    )
    await uvicorn.Server(settings).serve()


if __name__ == "__main__":
    sys.executable = sys.argv.pop(1)
    hypercorn.asyncio.serve = serve
    runpy.run_module("ministack", run_name="__main__", alter_sys=True)
