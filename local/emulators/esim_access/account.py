"""`balance/query`, `webhook/save` and `webhook/query`.

Documented: the balance times 10 000; a URL is saved only when it answers CHECK_HEALTH. Assumed: the
code of a check that failed (000001), and what `webhook/query` calls the URL.
"""

from __future__ import annotations

from typing import Any

from local.emulators.esim_access import errors
from local.emulators.esim_access.core import Core
from local.emulators.esim_access.errors import ApiError
from local.emulators.esim_access.inputs import Nothing, SaveWebhook


def balance(core: Core, _: Nothing) -> dict[str, Any]:
    """`balance/query`."""
    return {"balance": core.account.balance}


def save_webhook(core: Core, wanted: SaveWebhook) -> dict[str, Any]:
    """`webhook/save`; sends CHECK_HEALTH and waits for its answer."""
    if not core.webhooks.check(wanted.webhook):
        raise ApiError(errors.SERVER_ERROR, "The webhook does not answer CHECK_HEALTH.")
    core.account.webhook = wanted.webhook
    return {}


def query_webhook(core: Core, _: Nothing) -> dict[str, Any]:
    """`webhook/query`."""
    return {"webhook": core.account.webhook or ""}
