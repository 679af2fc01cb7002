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

WITHOUT_BODY = (204, 304)
"""Statuses whose responses have no content (RFC 9110, sections 15.3.5 and 15.4.5)."""


def without_content(app: Any) -> Any:
    """Wrap an application: drop the content of responses that have none, as hypercorn does.

    ministack answers preflight requests with 204 and a body. uvicorn would send it, and the
    client would take it for the start of the next response.
    """

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        empty = False

        async def checked(message: Any) -> None:
            nonlocal empty
            if message["type"] == "http.response.start" and message["status"] in WITHOUT_BODY:
                empty = True
                headers = [
                    h for h in message.get("headers", ()) if h[0].lower() != b"content-length"
                ]
                message = {**message, "headers": headers}
            elif empty and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await app(scope, receive, checked)

    return wrapped


async def serve(app: Any, config: Any) -> None:
    """Serve the application at the first address of a hypercorn configuration until a signal."""
    host, _, port = config.bind[0].rpartition(":")
    settings = uvicorn.Config(
        without_content(app),
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
