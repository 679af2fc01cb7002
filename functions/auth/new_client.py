"""Makes the WHMCS client of a new customer at most once.

WHMCS' API has no idempotency key. These rules take its place:

- AddClient is called only after a look-up found no client with the e-mail address.
- The registration notes the time of the call before AddClient is sent.
- AddClient is not sent again until an earlier call must have ended.
- A client that appears under the address with the customer number is the one that was made.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from portal.domain.normal_forms import same_customer_number
from portal.domain.problems import (
    INVALID_REQUEST,
    OUTCOME_UNKNOWN,
    WHMCS_ACCOUNT_EXISTS,
    FieldError,
    Problem,
)
from portal.domain.registration import LEASE_SECONDS, Registration
from portal.domain.upstream import OutcomeUnknown, Refused, Unavailable
from portal.observability import count
from portal.ports.clients import BillingClient, ClientDetails, Clients, EmailTaken, FieldRefused
from portal.ports.registrations import Registrations

from functions.auth.steps import Undecided

_POINTERS = {
    "first_name": "/firstName",
    "last_name": "/lastName",
    "email": "/email",
    "phone": "/phone",
    "street": "/address/street",
    "city": "/address/city",
    "state": "/address/state",
    "postcode": "/address/postcode",
    "country": "/address/country",
}


def is_ours(client: BillingClient, registration: Registration) -> bool:
    """Whether the client has the customer number of the registration."""
    return same_customer_number(client.customer_number, registration.customer_number)


class NewClient:
    """A `ClientStep` that makes a client. It makes two WHMCS calls when nothing fails."""

    def __init__(
        self,
        *,
        clients: Clients,
        registrations: Registrations,
        clock: Callable[[], float],
        details: ClientDetails,
    ) -> None:
        self._clients = clients
        self._registrations = registrations
        self._clock = clock
        self._details = details

    def __call__(self, registration: Registration) -> int:
        """Return the client's id.

        Raises Problem `whmcs-account-exists` or `invalid-request` when no client was made. Raises
        Undecided while an earlier AddClient may still be running. Raises UpstreamErrors.
        """
        found = self._clients.by_email(registration.email)
        if found is not None:
            return self._known(found, registration)
        self._wait_for_earlier_call(registration)
        sent = self._registrations.client_sent(registration, int(self._clock()))
        try:
            # Later look-ups compare the customer number in the Account's spelling.
            details = dataclasses.replace(
                self._details, customer_number=registration.customer_number
            )
            return self._clients.create(details)
        except OutcomeUnknown as unknown:
            return self._looked_up(sent, unknown)
        except EmailTaken:
            return self._taken(sent)
        except FieldRefused as refused:
            self._registrations.client_sent(sent, None)
            raise _invalid(refused.field) from None
        except (Refused, Unavailable):
            self._registrations.client_sent(sent, None)
            raise

    def _known(self, found: BillingClient, registration: Registration) -> int:
        # Without an AddClient of this registration the client is older, whatever its customer
        # number is. Its owner can prove to own it at link-whmcs.
        if registration.client_sent_at is not None:
            if is_ours(found, registration):
                count("ClientsReconciled")
                return found.client_id
            self._registrations.client_sent(registration, None)
        raise _exists()

    def _wait_for_earlier_call(self, registration: Registration) -> None:
        if registration.client_sent_at is None:
            return
        wait = registration.client_sent_at + LEASE_SECONDS - int(self._clock())
        if wait > 0:
            raise Undecided(
                OUTCOME_UNKNOWN,
                "The billing system has not said yet whether the account was made; send the same"
                " request again.",
                retry_after=wait,
            )

    def _looked_up(self, sent: Registration, unknown: OutcomeUnknown) -> int:
        try:
            found = self._clients.by_email(sent.email)
        except (Refused, Unavailable):
            raise unknown from None
        if found is None:
            raise unknown
        return self._known(found, sent)

    def _taken(self, sent: Registration) -> int:
        """Handle that AddClient finds the address in use, though a look-up found no client.

        One cause is an AddClient of this registration that took effect meanwhile: an earlier one,
        or this one, which a proxy repeated. Another cause is a WHMCS User without a Client.
        """
        found = self._clients.by_email(sent.email)
        if found is not None:
            return self._known(found, sent)
        self._registrations.client_sent(sent, None)
        raise _exists()


def _exists() -> Problem:
    return Problem(
        WHMCS_ACCOUNT_EXISTS,
        "Link the billing account that you have: POST /auth/link-whmcs with its password.",
    )


def _invalid(field: str) -> Problem:
    return Problem(
        INVALID_REQUEST,
        "Correct the values named in errors and send the request again.",
        errors=(
            FieldError(
                "The billing system does not accept this value.",
                pointer=_POINTERS.get(field, ""),
                code="refused-by-billing",
            ),
        ),
    )
