"""The meaning of eSIM Access' error codes.

Source: docs.esimaccess.com, "Error Codes". The documentation does not say which failures may have
had an effect. A code that is not plainly a refusal leaves a write in doubt, and the next run looks.
"""

from __future__ import annotations

from portal.adapters.esim_verdict import Verdict

ALLOCATING = "200010"
ABNORMAL_STATUS = "200009"
NOT_IN_THIS_STATUS = "200002"
NO_FUNDS = "200007"
CODES = {
    "000001": Verdict.IN_DOUBT,  # server error
    "000101": Verdict.UNAUTHORIZED,  # a mandatory header is null
    "000102": Verdict.UNAUTHORIZED,  # a header has the wrong format
    "000103": Verdict.REFUSED,  # method not supported
    "000104": Verdict.REFUSED,  # invalid JSON
    "000105": Verdict.REFUSED,  # a mandatory parameter is missing
    "000106": Verdict.REFUSED,  # a mandatory parameter is null
    "000107": Verdict.REFUSED,  # the length of a parameter
    "101001": Verdict.UNAVAILABLE,  # timestamp expired; the retry is signed with a new one
    "101002": Verdict.UNAUTHORIZED,  # this IP is blocked
    "101003": Verdict.UNAUTHORIZED,  # signature mismatch
    NOT_IN_THIS_STATUS: Verdict.REFUSED,  # not allowed in the order's status
    "200005": Verdict.REFUSED,  # package price
    "200006": Verdict.REFUSED,  # total amount
    NO_FUNDS: Verdict.NOT_YET,  # the reseller's balance is used up until somebody adds funds
    "200008": Verdict.REFUSED,  # order parameters
    ABNORMAL_STATUS: Verdict.REFUSED,  # abnormal order status
    ALLOCATING: Verdict.NOT_YET,  # profiles are being allocated
    "200011": Verdict.NOT_YET,  # not enough profiles for the package
    "310201": Verdict.REFUSED,  # unknown bundle
    "310211": Verdict.REFUSED,  # unknown location
    "310221": Verdict.REFUSED,  # unknown currency
    "310231": Verdict.REFUSED,  # unknown carrier
    "310241": Verdict.REFUSED,  # unknown packageCode
    "310243": Verdict.REFUSED,  # unknown package
    "310251": Verdict.REFUSED,  # unknown vendor
    "310272": Verdict.REFUSED,  # unknown orderNo
    "310403": Verdict.REFUSED,  # the ICCID is not in the order
    "900001": Verdict.IN_DOUBT,  # the system is busy
}
STATUSES = {401: Verdict.UNAUTHORIZED, 403: Verdict.UNAUTHORIZED}
# The codes for which a renewed secret may help.
ABOUT_CREDENTIALS = frozenset({"000101", "000102", "101003"})


def judge(code: str | None, status: int) -> Verdict:
    """Return the verdict on a failure by its code, else by its HTTP status."""
    if code in CODES:
        return CODES[code]
    return STATUSES.get(status, Verdict.IN_DOUBT)
