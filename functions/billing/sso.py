"""Makes links to the pages of the client area that are on an allow-list.

Paths are built from this list only, so a caller cannot choose the page that a signed-in browser
opens.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin

from portal.domain.problems import SSO_DISABLED, Problem
from portal.observability import count, logger
from portal.ports.billing import SingleSignOn, SsoDestination, SsoRefused

from functions.billing.models import SsoLink

CUSTOM = "sso:custom_redirect"
LIFETIME = timedelta(seconds=60)  # WHMCS API reference, CreateSsoToken
SCOPES = {
    "invoices": SsoDestination("clientarea:invoices"),
    "services": SsoDestination("clientarea:services"),
    "profile": SsoDestination("clientarea:profile"),
    "home": SsoDestination(""),
}
# The pages of these scopes in WHMCS' standard client area, for customers who sign in by hand.
HOME_PAGE = "clientarea.php"
PAGES = {
    "clientarea:invoices": "clientarea.php?action=invoices",
    "clientarea:services": "clientarea.php?action=services",
    "clientarea:profile": "clientarea.php?action=details",
}
BILLING_INFO = SsoDestination("clientarea:billing_info")


@dataclass(frozen=True)
class ClientArea:
    """Makes links into WHMCS' client area. `base_url` is the client area's URL."""

    sign_on: SingleSignOn
    base_url: str
    payment_methods_path: str
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def link(self, client_id: int, place: str) -> SsoLink:
        """Return a new link to a page of the allow-list.

        When WHMCS cannot make links at all, the link is the page's URL, and the customer signs in
        by hand. Raises Problem `sso-disabled` when the customer switched single sign-on off, and
        UpstreamErrors.
        """
        wanted = self._destination(place)
        try:
            url = self._mint(client_id, place, wanted)
        except SsoRefused as refused:
            if refused.reason == "disabled":
                raise Problem(
                    SSO_DISABLED,
                    "Open billing in a new tab and sign in there, or allow single sign-on under "
                    "Account → Security in billing.",
                    extensions={"url": self._plain(wanted)},
                ) from refused
            count("SsoUnavailable")
            logger().error("WHMCS makes no single sign-on links; plain link given")
            return SsoLink(url=self._plain(wanted), expires_at=None, sign_in_needed=True)
        return SsoLink(url=url, expires_at=self.now() + LIFETIME)

    def _mint(self, client_id: int, place: str, wanted: SsoDestination) -> str:
        try:
            return self.sign_on.link(client_id, wanted)
        except SsoRefused as refused:
            if refused.reason != "destination" or place != "payment-methods":
                raise
        # The page's path depends on WHMCS' version and URL settings. This scope is documented.
        return self.sign_on.link(client_id, BILLING_INFO)

    def _destination(self, place: str) -> SsoDestination:
        if place == "payment-methods":
            return SsoDestination(CUSTOM, self.payment_methods_path)
        if place.startswith("invoice/"):
            return SsoDestination(CUSTOM, f"viewinvoice.php?id={int(place[8:])}")
        return SCOPES[place]

    def _plain(self, wanted: SsoDestination) -> str:
        return urljoin(self.base_url, wanted.path or PAGES.get(wanted.destination, HOME_PAGE))
