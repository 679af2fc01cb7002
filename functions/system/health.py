"""GET /health: is the API up. Shallow on purpose: looking deeper is the operator's `doctor`."""

from __future__ import annotations

from typing import Literal

from portal.api.app import App
from portal.api.declarations import Declared
from portal.api.models import ResponseModel

app = App("system")


class Health(ResponseModel):
    """`{"status": "ok"}`."""

    status: Literal["ok"] = "ok"


@app.get(
    "/health",
    summary="Is the API up",
    declared=Declared(refuses=()),
)
def health() -> Health:
    """Answer without looking at anything else."""
    return Health()


handler = app.handler
