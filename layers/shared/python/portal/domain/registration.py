"""How far somebody's registration has got: the record that makes it resumable.

What makes two requests the same registration is their fingerprint: kind, e-mail and Account.
Names or an address may be corrected in between; the password is never part of anything stored.
See docs/identity.md for the rules that keep one customer from getting two WHMCS clients.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum

from portal.domain.lease import NOT_LEASED, Lease, new_lease

# Longer than any invocation lives (the gateway gives up at 29 s, the Lambda at 28 s) and than
# WHMCS works on an AddClient whose caller has gone.
LEASE_SECONDS = 60
# After so long without a lease somebody else may settle and take over what was reserved.
ABANDONED_SECONDS = 900


class Kind(StrEnum):
    """How the WHMCS client comes to be: made by us, or there before and proved by its owner."""

    SIGNUP = "signup"
    LINK = "link"


class State(StrEnum):
    """`reserved`: e-mail and Account are held. `mapped`: all four identities are joined.

    `done`: mail and Case are on their way too.
    """

    RESERVED = "reserved"
    MAPPED = "mapped"
    DONE = "done"


@dataclass(frozen=True, kw_only=True)
class Registration:
    """One registration. Times are epoch seconds.

    `lease` is that of the request which works on it; `version` counts the leases that were
    taken; `client_sent_at` is set while an AddClient of ours may exist in WHMCS.
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
        """The same with a fresh lease of an owner that nobody else is."""
        lease = new_lease(now, LEASE_SECONDS)
        return replace(self, lease=lease, abandoned_from=now + ABANDONED_SECONDS)


def fingerprint(kind: Kind, email: str, sf_account_id: str) -> str:
    """What makes two requests the same registration, as an id."""
    text = "\x1f".join((kind, email, sf_account_id))
    return hashlib.sha256(text.encode()).hexdigest()[:40]
