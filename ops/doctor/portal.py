"""Checks of the portal's public endpoints and pages."""

from __future__ import annotations

from http import HTTPStatus

from portal.domain.signup_proof import SignupProof
from portal.domain.upstream import Unavailable

from ops.doctor.installation import Installation
from ops.doctor.model import Check, Finding, ok, warning, wrong

PAGE = "doctor.md#portal"
MOST_SKEW = 60.0
"""Seconds. Signatures are accepted for 300, so a larger skew is a warning in time."""
PROBLEM = "application/problem+json"


def health(world: Installation) -> Finding:
    """Check whether the API answers."""
    try:
        answer = world.api.get("/health")
    except Unavailable as error:
        return wrong(f"{world.api.url}: {error.loggable}", HEALTH)
    if answer.status == HTTPStatus.OK and answer.body.get("status") == "ok":
        return ok(f"{world.api.url} answers")
    return wrong(f"{world.api.url}/health answers {answer.status}", HEALTH)


def authorizer(world: Installation) -> Finding:
    """Check whether customers' endpoints require a token."""
    answer = world.api.get("/me")
    if answer.status != HTTPStatus.UNAUTHORIZED:
        return wrong(f"GET /me without a token answers {answer.status}", AUTHORIZER)
    if PROBLEM not in answer.headers.get("content-type", ""):
        return wrong("the refusal of the gateway is no problem document", AUTHORIZER)
    return ok("GET /me without a token is refused")


def catalogue(world: Installation) -> Finding:
    """Check whether the catalogue has products."""
    answer = world.api.get("/catalog")
    if answer.status != HTTPStatus.OK:
        return wrong(f"GET /catalog answers {answer.status}", CATALOGUE)
    items = answer.body.get("items") or ()
    return ok(f"{len(items)} products are offered") if items else wrong(EMPTY, CATALOGUE)


def rejected(world: Installation) -> Finding:
    """Check whether a product is left out of the catalogue."""
    rejections = world.salesforce.catalogue()[1]
    if not rejections:
        return ok("no product is left out")
    said = "; ".join(f"{r.sku or r.sf_product_id}: {r.reason}" for r in rejections)
    return warning(f"left out: {said}", REJECTED)


def signing(world: Installation) -> Finding:
    """Check whether the endpoint that Salesforce calls accepts every signing key."""
    keys = world.cloud.signing_keys()
    dead = [
        key_id
        for key_id, key in keys.items()
        if world.api.signed_probe(key_id, key).status == HTTPStatus.UNAUTHORIZED
    ]
    if dead:
        return wrong(f"refused: {', '.join(dead)}", SIGNING)
    return ok(f"signatures are accepted with: {', '.join(keys)}")


def forged(world: Installation) -> Finding:
    """Check whether a signature by an unknown key is refused."""
    status = world.api.signed_probe("doctor", "no key of this stage").status
    if status == HTTPStatus.UNAUTHORIZED:
        return ok("a signature by an unknown key is refused")
    return wrong(f"a signature by an unknown key is answered with {status}", FORGED)


def origins(world: Installation) -> Finding:
    """Check whether browsers may call from each origin, and from no other."""
    wanted = [one for one in world.setting("CORS_ORIGINS").split(",") if one]
    refused = [origin for origin in wanted if _allowed(world, origin) != origin]
    if refused:
        return wrong(f"preflight requests are not answered for: {', '.join(refused)}", ORIGINS)
    if _allowed(world, "https://doctor.invalid") == "https://doctor.invalid":
        return wrong("any origin may call with the customer's cookie", ORIGINS)
    return ok(f"browsers may call from {', '.join(wanted)}")


def pages(world: Installation) -> Finding:
    """Check whether the customers' pages are at the address of links in mails."""
    address = world.setting("PORTAL_WEB_URL")
    try:
        answer = world.api.page(f"{address}/")
    except Unavailable as error:
        return wrong(f"{address}: {error.loggable}", PAGES)
    if answer.status == HTTPStatus.OK and "<html" in answer.text.lower():
        return ok(f"{address} shows pages")
    return wrong(f"{address} answers {answer.status}, which is no page", PAGES)


def clock(world: Installation) -> Finding:
    """Check whether this machine and the API agree on the time."""
    skew = world.api.skew()
    if skew is None:
        return ok("the API does not tell its time")
    found = f"the API's clock is {skew:+.0f} s away from this machine's"
    return ok(found) if abs(skew) <= MOST_SKEW else wrong(found, CLOCK)


def encrypted(world: Installation) -> Finding:
    """Check whether customers' passwords travel encrypted."""
    if world.api.encrypted:
        return ok("nobody on the way can read along")
    return wrong(f"{world.api.url} is not encrypted", ENCRYPTED)


def proof(world: Installation) -> Finding:
    """Check whether a customer number alone is enough to sign up."""
    chosen = world.setting("SIGNUP_PROOF")
    if chosen in ("", SignupProof.NONE):
        found = "whoever knows a customer number can sign up with it"
        return ok(f"{found}, on this machine") if world.local else warning(found, PROOF)
    return ok(f"SIGNUP_PROOF is {chosen}")


def _allowed(world: Installation, origin: str) -> str:
    answer = world.api.preflight("/auth/login", origin)
    return answer.headers.get("access-control-allow-origin", "")


EMPTY = "the catalogue is empty"
HEALTH = (
    "Look at the alarms and the log group of system-health; with a domain of its own, check the "
    "DNS record for the output ApiDomainTarget."
)
AUTHORIZER = "Deploy the stage again: the gateway's authorizer or its answers were changed by hand."
CATALOGUE = (
    "Run `ops catalog check`; products need Portal_Visible__c, IsActive, and an active price in "
    "the price book."
)
REJECTED = "Correct the fields that are named (docs/catalog.md), or clear Portal_Visible__c."
SIGNING = (
    "Wait five minutes after a rotation. Otherwise look at the log group of provision-start, and "
    "check that PROVISION_ALLOWED_NETWORKS admits this machine."
)
FORGED = "Deploy the stage again at once: the endpoint does not check signatures."
ORIGINS = (
    "Set CORS_ORIGINS to the exact origins of the front ends (scheme, host, port) and deploy the "
    "stage."
)
PAGES = "Deploy the customers' pages (docs/web.md), or set PORTAL_WEB_URL and deploy the stage."
CLOCK = (
    "Set this machine's clock (NTP). Salesforce's own clock is kept by Salesforce; signatures are "
    "accepted for 300 s."
)
ENCRYPTED = "Give the API a domain with a certificate (docs/deploying.md)."

PROOF = (
    "Set SIGNUP_PROOF to second-fact or email and deploy the stage (docs/identity.md). With none, "
    "a stranger can shut the real customer out."
)

UP = ("portal.health",)
CHECKS = (
    Check(id="portal.health", title="the API answers", look=health, remedy=HEALTH, page=PAGE),
    *(
        Check(id=f"portal.{name}", title=title, look=look, remedy=remedy, page=PAGE, needs=needs)
        for name, title, look, remedy, needs in (
            ("encrypted", "the API is encrypted", encrypted, ENCRYPTED, UP),
            ("authorizer", "customers' data needs a token", authorizer, AUTHORIZER, UP),
            ("clock", "the clocks agree", clock, CLOCK, UP),
            ("origins", "browsers may call", origins, ORIGINS, UP),
            ("pages", "the customers' pages are there", pages, PAGES, ()),
            ("signup-proof", "a customer number is not enough to sign up", proof, PROOF, ()),
            (
                "signing-keys",
                "signing keys are live",
                signing,
                SIGNING,
                ("portal.health", "aws.secret-signing", "portal.clock"),
            ),
            ("forged-signature", "forged signatures are refused", forged, FORGED, UP),
            ("catalogue", "products are offered", catalogue, CATALOGUE, UP),
            (
                "rejected-products",
                "no product is left out",
                rejected,
                REJECTED,
                ("salesforce.pricebook", "salesforce.fields"),
            ),
        )
    ),
)
