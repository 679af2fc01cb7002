"""The demo's chapter on reissues: the phone is lost, and the line gets another eSIM."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from local.demo.backstage import Backstage, EsimLine
from local.demo.checks import expect, expect_status, wait_for
from local.demo.mail_check import check_esim_mail, pictures
from local.demo.people import PASSWORD, Person
from local.demo.portal_client import FrontDoor, PortalClient
from local.demo.topup_chapter import esim_service

SECONDS = 90.0
MAIL_SECONDS = 60.0
Say = Callable[[str], None]


def reissue_the_line(
    portal: PortalClient, front: FrontDoor, backstage: Backstage, person: Person, say: Say
) -> None:
    """Replace an eSIM that a phone has, asking twice; check that one line with one code is left."""
    before = _working_line(backstage, person)
    backstage.install(before)
    say("A phone installed the eSIM, and was lost")
    service = esim_service(portal)
    portal.log_in(person.email, PASSWORD)
    path = f"/subscriptions/{service}/reissue-esim"
    request: dict[str, Any] = {"reason": "lost"}
    if backstage.sells_another_line:
        problem = expect_status(
            portal.post(path, request, key=secrets.token_hex(8)),
            409,
            "Asking for another eSIM without confirming the loss",
        )
        expect(
            problem["type"].endswith("confirm-loss-required"),
            f"The refusal should be confirm-loss-required and is {problem['type']}.",
        )
        say("The portal says what is lost with the old eSIM, and asks to confirm it")
        request["confirmLoss"] = True
    key = secrets.token_hex(8)
    asked = [
        expect_status(portal.post(path, request, key=key), 202, "Asking for another eSIM")
        for _ in range(2)
    ]
    operations = {one["operationId"] for one in asked}
    expect(len(operations) == 1, f"The same reissue made {len(operations)} operations.")
    say("Signed in again and asked for another eSIM, twice: one operation")
    _await_success(portal, operations.pop())
    after = _working_line(backstage, person)
    expect(
        after.activation_code != before.activation_code,
        "The line still has the old activation code after the reissue.",
    )
    say(f"{after.provider} has one line that works, {after.line_id}, with another activation code")
    _check_the_mail(front, person, str(after.activation_code))
    say("The QR code in the mail decodes to the new activation code")


def _working_line(backstage: Backstage, person: Person) -> EsimLine:
    ready = [line for line in backstage.esim_lines(person.email) if line.ready]
    expect(len(ready) == 1, f"There should be one working eSIM line, not {len(ready)}.")
    return ready[0]


def _await_success(portal: PortalClient, operation: str) -> None:
    def over() -> dict[str, Any] | None:
        answer = portal.get(f"/operations/{operation}")
        shown = expect_status(answer, 200, "Asking how the reissue stands")
        return shown if shown["status"] in {"succeeded", "failed"} else None

    end = wait_for(
        over,
        seconds=SECONDS,
        sentence=f"Operation {operation} did not end in {SECONDS:.0f} s; see `ops operation show`.",
    )
    expect(end["status"] == "succeeded", f"The reissue ended as {end['status']}: {end['message']}")


def _check_the_mail(front: FrontDoor, person: Person, code: str) -> None:
    """The newest of two mails with a QR code, the first of which was the activation's."""

    def sent() -> dict[str, Any] | None:
        with_qr = [mail for mail in front.mails_to(person.email) if pictures(mail)]
        return with_qr[0] if len(with_qr) > 1 else None

    mail = wait_for(
        sent, seconds=MAIL_SECONDS, sentence="No mail with the QR code of the new eSIM came."
    )
    check_esim_mail(mail, code)
