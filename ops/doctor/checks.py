"""The table of all checks, in the order in which they are made."""

from __future__ import annotations

from ops.doctor import aws, esim, mail, portal, salesforce, whmcs
from ops.doctor.model import Check

CHECKS: tuple[Check, ...] = (
    *aws.CHECKS,
    *salesforce.CHECKS,
    *whmcs.CHECKS,
    *esim.CHECKS,
    *mail.CHECKS,
    *portal.CHECKS,
)
SYSTEMS = tuple(dict.fromkeys(check.system for check in CHECKS))
