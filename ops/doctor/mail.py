"""Checks of the mail service."""

from __future__ import annotations

from ops.doctor.installation import Installation
from ops.doctor.model import Check, Finding, ok, unknown, warning, wrong

PAGE = "doctor.md#e-mail"


def login(world: Installation) -> Finding:
    """Check whether the credentials are accepted and may send."""
    return ok(world.mail.log_in())


def sender(world: Installation) -> Finding:
    """Check whether SendGrid knows the sender."""
    address = world.setting("EMAIL_FROM").lower()
    if world.setting("EMAIL_TRANSPORT") == "smtp":
        return ok("a mail server does not tell; `--write-probes` asks it")
    senders = world.mail.senders()
    if senders is None:
        return unknown("the API key may read neither senders nor domains", SCOPES)
    domain = "@" + address.rpartition("@")[2]
    if address in senders or domain in senders:
        return ok(f"{address} is verified")
    return wrong(f"neither {address} nor its domain is verified", SENDER)


def tracking(world: Installation) -> Finding:
    """Check whether the account tracks clicks or opens of mails that do not say."""
    tracked = world.mail.tracks()
    if tracked is None:
        return ok("the API key may not read the account's tracking; every mail switches it off")
    if tracked:
        found = f"the account tracks {' and '.join(tracked)}; every mail of the portal says not to"
        return warning(found, TRACKING)
    return ok("nothing is tracked")


LOGIN = (
    "Make an API key with the scope Mail Send (SendGrid, Settings, API Keys), or new credentials "
    "of the mail server, and run `make secrets`; an account in the EU needs SENDGRID_API_URL."
)
SENDER = (
    "Authenticate the domain of EMAIL_FROM in SendGrid (Settings, Sender Authentication), or "
    "verify the single sender, or set EMAIL_FROM to an address that is."
)
SCOPES = (
    "Give the API key the scopes Sender Verification and Domain Authentication (read), or run the "
    "doctor with `--write-probes`, which has a mail checked in sandbox mode."
)
TRACKING = (
    "Switch Click Tracking and Open Tracking off in SendGrid (Settings, Tracking), or use a "
    "subuser for the portal. Tracking sends the links of mails, with their tokens, to another host."
)

CHECKS = (
    Check(
        id="mail.login",
        title="mails may be sent",
        look=login,
        remedy=LOGIN,
        page=PAGE,
        needs=("aws.secret-mail",),
    ),
    Check(
        id="mail.sender",
        title="the sender is verified",
        look=sender,
        remedy=SENDER,
        page=PAGE,
        needs=("mail.login",),
    ),
    Check(
        id="mail.tracking",
        title="mails are not tracked",
        look=tracking,
        remedy=TRACKING,
        page=PAGE,
        needs=("mail.login",),
    ),
)
