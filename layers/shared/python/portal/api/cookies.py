"""The refresh token of browsers in a cookie that scripts cannot read.

A browser asks for it with `X-Portal-Client: browser` at login. A browser sends the cookie by
itself, so calls that rely on it must have the header `X-Portal-CSRF: 1`. A page of another site
cannot add it without a CORS preflight, which the API refuses.
"""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import Any

from aws_lambda_powertools.event_handler import Request
from aws_lambda_powertools.shared.cookies import Cookie, SameSite

from portal.api.app import lower_case_headers
from portal.config import RefreshCookieConfig
from portal.domain.problems import FORBIDDEN, Problem

CLIENT_HEADER = "X-Portal-Client"
CSRF_HEADER = "X-Portal-CSRF"
BROWSER = "browser"
DEVICE_COOKIE = "portal_device"
_DEVICE_DAYS = 180
_LONGEST_DEVICE = 64
_DAY_SECONDS = 86_400


class RefreshCookie:
    """Sets, reads and clears the cookie as configured."""

    def __init__(self, settings: RefreshCookieConfig) -> None:
        self._settings = settings

    def wanted(self, request: Request) -> bool:
        """Whether the caller is a browser that wants its refresh token in a cookie."""
        headers = lower_case_headers(request.resolved_event.raw_event)
        return headers.get(CLIENT_HEADER.lower(), "").strip().lower() == BROWSER

    def read(self, request: Request) -> str | None:
        """Return the refresh token in the cookie; None when there is none.

        Raises Problem `forbidden` when the cookie comes without the custom header.
        """
        event = request.resolved_event.raw_event
        token = _cookies(event).get(self._settings.refresh_cookie_name)
        if not token:
            return None
        if lower_case_headers(event).get(CSRF_HEADER.lower(), "").strip() != "1":
            raise Problem(
                FORBIDDEN, f"Send the header {CSRF_HEADER}: 1 with calls that rely on the cookie."
            )
        return token

    def set(self, token: str) -> Cookie:
        """Return the cookie that stores a token in the browser."""
        return self._cookie(token, self._settings.refresh_token_days * _DAY_SECONDS)

    def clear(self) -> Cookie:
        """Return the cookie that deletes the token in the browser."""
        return self._cookie("", 0)

    def device(self, request: Request) -> str | None:
        """The token of the browser as a device, if it has one."""
        return device_of(request)

    def set_device(self, token: str) -> Cookie:
        """The Set-Cookie by which a browser is known as a device; signing out keeps it."""
        return self._cookie(token, _DEVICE_DAYS * _DAY_SECONDS, name=DEVICE_COOKIE)

    def _cookie(self, value: str, max_age: int, *, name: str = "") -> Cookie:
        return Cookie(
            name=name or self._settings.refresh_cookie_name,
            value=value,
            path=self._settings.refresh_cookie_path,
            domain=self._settings.refresh_cookie_domain,
            secure=self._settings.refresh_cookie_secure,
            http_only=True,
            max_age=max_age,
            same_site=SameSite(self._settings.refresh_cookie_same_site),
        )


def device_of(request: Request) -> str | None:
    """The token in the device cookie. It opens nothing, so no header need come with it."""
    token = _cookies(request.resolved_event.raw_event).get(DEVICE_COOKIE, "")
    return token if 0 < len(token) <= _LONGEST_DEVICE else None


def _cookies(event: dict[str, Any]) -> dict[str, str]:
    # HTTP/2 lets a browser split its cookies over several headers.
    lines = [
        line
        for name, values in (event.get("multiValueHeaders") or {}).items()
        if name.lower() == "cookie"
        for line in values
    ] or [lower_case_headers(event).get("cookie", "")]
    found: SimpleCookie = SimpleCookie()
    for line in lines:
        try:
            found.load(line)
        except CookieError:
            continue
    return {name: morsel.value for name, morsel in found.items()}
