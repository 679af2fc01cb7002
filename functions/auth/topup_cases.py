"""Opens Cases of top-ups that were paid and not delivered, or whose outcome is unknown."""

from __future__ import annotations

from portal.domain.cases import TopUpCase
from portal.observability import count
from portal.ports.accounts import CaseDesk, NewCase
from portal.queues.recorded_work import Ending

SUBJECT = {
    "credit": "Portal: a top-up was paid and not delivered",
    "person": "Portal: it is not certain whether a top-up was paid and delivered",
}


def open_topup_case(desk: CaseDesk, key: str, case: TopUpCase) -> Ending:
    """Open the Case with the key `key`.

    Returns how the job ended. Raises UpstreamErrors, after which the job can be repeated.
    """
    desk.open(
        NewCase(
            key=key,
            account_id=case.account_id,
            subject=SUBJECT[case.decision],
            description=_description(case, key),
        )
    )
    count("CasesOpened")
    return Ending("opened")


def _description(case: TopUpCase, key: str) -> str:
    money = f"{case.amount} {case.currency}"
    facts = (
        f"Operation {case.operation_id}, WHMCS client {case.client_id}, service {case.service_id},"
        f" invoice {case.invoice_id}. The top-up stopped with {case.code}."
    )
    if case.decision == "credit":
        return (
            f"{facts}\nThe portal credits {money} to the WHMCS client: the credit log has an entry"
            f" with [{key}]. Please tell the customer, and add the credit by hand if the entry is"
            " missing."
        )
    return (
        f"{facts}\nPlease find out at the eSIM provider whether the data was added, and in WHMCS"
        f" and at the payment gateway whether {money} was charged. If it was charged and no data"
        f" was added, credit the amount in WHMCS with [{key}] in the description. If data was added"
        " and nothing was charged, invoice it."
    )
