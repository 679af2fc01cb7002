"""How the front door must be served for its proxy to be transparent."""

from __future__ import annotations

import uvicorn
from starlette.types import ASGIApp


def server_config(app: ASGIApp) -> uvicorn.Config:
    """uvicorn's settings; the listening socket comes from the caller."""
    return uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        # The application extends X-Forwarded-For itself and needs the real peer for it.
        proxy_headers=False,
        # The API's own Date and Server pass through; ours would stand beside them.
        date_header=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
