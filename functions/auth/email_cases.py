"""The Case for a customer whose portal address is not the one that Salesforce has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from portal.domain.cases import CaseJob
from portal.domain.registration import Registration, State
from portal.observability import count, logger
from portal.ports.accounts import CaseDesk, NewCase
from portal.ports.registrations import Registrations

SUBJECT = "Portal: e-mail address differs from the Account's"


class StillRegistering(Exception):
    """The registration is not complete yet: deliver the job again later."""


@dataclass(frozen=True)
class EmailCases:
    """Turns a job into a Case; `clock` gives epoch seconds."""

    registrations: Registrations
    desk: CaseDesk
    clock: Callable[[], float]

    def consume(self, job: CaseJob) -> None:
        """Open the Case, or drop the job of a registration that was undone or given up.

        Whoever takes up a registration that was given up queues the job again. Raises
        StillRegistering, or an upstream's error; either way the job may be repeated.
        """
        registration = self.registrations.get(job.registration_id)
        if registration is None or self._given_up(registration):
            count("CasesDropped")
            logger().info("case dropped", extra={"registration": job.registration_id})
            return
        if registration.state is State.RESERVED:
            raise StillRegistering
        self.desk.open(
            NewCase(
                key=job.case_key,
                account_id=registration.sf_account_id,
                subject=SUBJECT,
                description=_description(registration),
            )
        )
        count("CasesOpened")

    def _given_up(self, registration: Registration) -> bool:
        return registration.state is State.RESERVED and registration.lease_until <= self.clock()


def _description(registration: Registration) -> str:
    return (
        f"Customer {registration.customer_number} registered in the portal as"
        f" {registration.email}, which is not the e-mail address of this Account.\n"
        "Please ask the customer which one is right and correct the Account if needed.\n"
        f"Portal user: {registration.user_id}. WHMCS client: {registration.whmcs_client_id}."
    )
