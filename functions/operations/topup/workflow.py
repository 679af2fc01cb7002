"""The workflow of top-ups."""

from __future__ import annotations

from portal.engine.model import Data
from portal.engine.steps import Run, Texts, Workflow
from portal.operations.job import CANCELLED_TEXT
from portal.workflow_kinds import TOPUP

from functions.operations.topup.ports import TopUpPorts
from functions.operations.topup.records import INVOICE, TOP_UP
from functions.operations.topup.settlement import Settlement
from functions.operations.topup.steps.capture import Capture
from functions.operations.topup.steps.check import Check
from functions.operations.topup.steps.invoice import Invoice
from functions.operations.topup.steps.load import Load
from functions.operations.topup.steps.notify import Notify
from functions.operations.topup.steps.top_up import BuyTopUp

UPSTREAMS = {"whmcs": "whmcs", "esim": "esim"}
TEXTS = Texts(
    cancelled=CANCELLED_TEXT,
    interrupted="The worker was interrupted again and again.",
    out_of_time="A step needs more time than one invocation of the worker has.",
)


def top_up(ports: TopUpPorts) -> Workflow:
    """Return the workflow. It reports its end to no other system; its owner polls it."""
    settlement = Settlement(
        invoicing=ports.invoicing,
        credits=ports.credits,
        provider=ports.esim,
        changes=ports.changes,
        cases=ports.cases,
        mail_queue=ports.mail_queue,
    )
    return Workflow(
        kind=TOPUP.name,
        steps=[
            Load(ports.lines, ports.directory),
            Check(ports.services, ports.clients, ports.esim),
            Invoice(ports.invoicing, settlement, ports.payment_method),
            Capture(ports.invoicing),
            BuyTopUp(ports.esim, ports.changes, ports.waits),
            Notify(ports.mail_queue),
        ],
        texts=TEXTS,
        upstreams=UPSTREAMS,
        on_stopped=lambda _run: None,
        result=summary,
    )


def summary(run: Run) -> Data:
    """Return the result of a finished top-up: `{invoiceId, changeId?}`."""
    change = run.result(TOP_UP).change_id
    return {
        "invoiceId": run.result(INVOICE).invoice_id,
        **({"changeId": change} if change else {}),
    }
