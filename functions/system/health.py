"""GET /health tells that the API runs. It does not check the systems behind it."""

from __future__ import annotations

from typing import Literal

from portal.api.app import App
from portal.api.declarations import Declared
from portal.api.models import ResponseModel

app = App("system")


class Health(ResponseModel):
    """The answer `{"status": "ok"}`."""

    status: Literal["ok"] = "ok"


@app.get(
    "/health",
    summary="Is the API up",
    declared=Declared(refuses=()),
)
def health() -> Health:
    """Answer without a look at other systems."""
    return Health()


handler = app.handler
