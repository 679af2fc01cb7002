"""uvicorn's settings for the front door, under which its proxy is transparent."""

from __future__ import annotations

import uvicorn
from starlette.types import ASGIApp


def server_config(app: ASGIApp) -> uvicorn.Config:
    """Return uvicorn's settings; the caller provides the listening socket."""
    return uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        # The application extends X-Forwarded-For itself and needs the real peer for it.
        proxy_headers=False,
        # The API's Date and Server headers are passed on; uvicorn would add a second pair.
        date_header=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
