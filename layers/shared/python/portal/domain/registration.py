"""The record of a customer's registration, which makes the registration resumable.

Two requests belong to one registration when they have the same fingerprint: kind, e-mail and
Account. Names or an address may be corrected in between. The password is never stored.
docs/identity.md has the rules that keep one customer from getting two WHMCS clients.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum

from portal.domain.lease import NOT_LEASED, Lease, new_lease

# Longer than any invocation (the gateway gives up after 29 s, the Lambda after 28 s), and longer
# than WHMCS works on an AddClient whose caller has gone.
LEASE_SECONDS = 60
# After so long without a lease, another registration may take over the reserved values.
ABANDONED_SECONDS = 900


class Kind(StrEnum):
    """Whether the portal creates the WHMCS client, or its owner links an existing one."""

    SIGNUP = "signup"
    LINK = "link"


class State(StrEnum):
    """The state of a registration.

    `reserved`: e-mail and Account are reserved. `mapped`: the mapping is written. `done`: the mail
    and the Case are enqueued as well.
    """

    RESERVED = "reserved"
    MAPPED = "mapped"
    DONE = "done"


@dataclass(frozen=True, kw_only=True)
class Registration:
    """One registration. Times are epoch seconds.

    `lease` is held by the request that works on the registration. `version` counts the leases that
    were taken. `client_sent_at` is set while an AddClient of the portal may have taken effect.
    """

    id: str
    kind: Kind
    email: str
    sf_account_id: str
    customer_number: str
    first_name: str
    language: str
    email_differs: bool
    state: State = State.RESERVED
    lease: Lease = NOT_LEASED
    version: int = 1
    abandoned_from: int = 0
    client_sent_at: int | None = None
    user_id: str | None = None
    whmcs_client_id: int | None = None
    finished_at: int | None = None

    def leased(self, now: int) -> Registration:
        """Return a copy with a new lease of a unique owner."""
        lease = new_lease(now, LEASE_SECONDS)
        return replace(self, lease=lease, abandoned_from=now + ABANDONED_SECONDS)


def fingerprint(kind: Kind, email: str, sf_account_id: str) -> str:
    """Return the id of the registration with that kind, e-mail and Account."""
    text = "\x1f".join((kind, email, sf_account_id))
    return hashlib.sha256(text.encode()).hexdigest()[:40]
