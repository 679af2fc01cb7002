"""Opens a Case when a customer's e-mail address in the portal differs from Salesforce's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from portal.domain.cases import CaseJob
from portal.domain.registration import Registration, State
from portal.domain.upstream import Refused
from portal.observability import count, logger
from portal.ports.accounts import AccountMerges, CaseDesk, NewCase
from portal.ports.registrations import Registrations
from portal.queues.failures import NotYet
from portal.queues.recorded_work import Ending

SUBJECT = "Portal: e-mail address differs from the Account's"


@dataclass(frozen=True)
class EmailCases:
    """Opens the Cases of jobs. `clock` returns epoch seconds."""

    registrations: Registrations
    desk: CaseDesk
    merges: AccountMerges
    clock: Callable[[], float]

    def open(self, job: CaseJob) -> Ending:
        """Open the Case, or drop the job if the registration was undone or abandoned.

        Returns how the job ended. Raises NotYet while the registration goes on, and UpstreamErrors.
        After both the job can be repeated.
        """
        registration = self.registrations.get(job.registration_id)
        if registration is None:
            return _dropped()
        if registration.state is State.RESERVED:
            left = registration.lease.until - self.clock()
            if left <= 0:
                return _dropped()
            raise NotYet("registration-under-way", seconds=left)
        self._open(
            NewCase(
                key=job.case_key,
                account_id=registration.sf_account_id,
                subject=SUBJECT,
                description=_description(registration),
            )
        )
        count("CasesOpened")
        return Ending("opened")

    def _open(self, case: NewCase) -> None:
        """Open the Case. If the Account was merged, open it for the Account that was kept."""
        try:
            self.desk.open(case)
        except Refused:
            kept = self.merges.surviving(case.account_id)
            if kept is None or kept.id == case.account_id:
                raise
            self.desk.open(replace(case, account_id=kept.id))


def _dropped() -> Ending:
    count("CasesDropped")
    logger().info("case dropped")
    # A request that resumes the registration queues a job with the same key.
    return Ending("dropped", remembered=False)


def _description(registration: Registration) -> str:
    return (
        f"Customer {registration.customer_number} registered in the portal as"
        f" {registration.email}, which is not the e-mail address of this Account.\n"
        "Please ask the customer which one is right and correct the Account if needed.\n"
        f"Portal user: {registration.user_id}. WHMCS client: {registration.whmcs_client_id}."
    )
