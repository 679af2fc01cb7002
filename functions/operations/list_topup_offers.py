"""GET /subscriptions/{id}/topup-offers: the top-ups for a line and their prices."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Path
from portal.api.app import App
from portal.api.declarations import Declared
from portal.api.models import Page
from portal.api.principal import CurrentUser, mapped
from portal.domain.ids import WHMCS_SERVICE_ID
from portal.domain.problems import NOT_FOUND, NOT_MAPPED, TOPUP_UNAVAILABLE

from functions.operations.deps import OffersDeps, build_offers
from functions.operations.models import TopupOffer, offer_view

app = App("operations")


@app.get(
    "/subscriptions/<id>/topup-offers",
    summary="What can be added to a line",
    signed_in=True,
    declared=Declared(refuses=(NOT_FOUND, NOT_MAPPED, TOPUP_UNAVAILABLE)),
)
def list_topup_offers(
    id: Annotated[str, Path(pattern=WHMCS_SERVICE_ID)],  # noqa: A002  # as in the path
    user: CurrentUser,
    deps: Annotated[OffersDeps, Depends(build_offers)],
) -> Page[TopupOffer]:
    """Return the offers for a line of the caller. Others' lines are not found."""
    customer = mapped(user, deps.directory)
    offers = deps.selling.offers(customer, int(id))
    return Page[TopupOffer](items=[offer_view(offer) for offer in offers])


handler = app.handler
