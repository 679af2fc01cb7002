"""How a line is reissued: the list of steps, and what belongs to the end."""

from __future__ import annotations

from portal.engine.model import Data
from portal.engine.steps import Run, Texts, Workflow
from portal.operations.job import CANCELLED_TEXT
from portal.ports.mail import MailQueue
from portal.workflow_kinds import REISSUE as KIND

from functions.operations.reissue.ports import ReissuePorts
from functions.operations.reissue.records import NOTIFY, REISSUE
from functions.operations.reissue.steps.billing import Billing
from functions.operations.reissue.steps.check import Check
from functions.operations.reissue.steps.end_old import EndOld
from functions.operations.reissue.steps.load import Load
from functions.operations.reissue.steps.notify import Notify, mails
from functions.operations.reissue.steps.order import Order
from functions.operations.reissue.steps.reissue import ReissueLine
from functions.operations.reissue.steps.switch import Switch

UPSTREAMS = {"salesforce": "salesforce", "whmcs": "whmcs", "esim": "esim"}
TEXTS = Texts(
    cancelled=CANCELLED_TEXT,
    interrupted="The worker was interrupted again and again.",
    out_of_time="A step needs more time than one invocation of the worker has.",
)


def reissue(ports: ReissuePorts) -> Workflow:
    """The whole workflow."""
    return Workflow(
        kind=KIND.name,
        steps=[
            Load(ports.lines),
            Check(ports.services, ports.esim),
            ReissueLine(ports.esim, ports.subscribers, ports.changes, ports.reissues, ports.waits),
            Switch(ports.lines, ports.esim),
            Billing(ports.notes),
            Order(ports.order_iccids, ports.lines, ports.provisioning_of),
            Notify(ports.mail_queue),
            EndOld(ports.esim),
        ],
        texts=TEXTS,
        upstreams=UPSTREAMS,
        on_stopped=lambda run: mail_all_the_same(ports.mail_queue, run),
        result=summary,
    )


def mail_all_the_same(mail_queue: MailQueue, run: Run) -> None:
    """A reissue that stopped afterwards has made the old profile useless: the code is sent."""
    record = run.record(REISSUE)
    if record is not None and record.done and not run.done(NOTIFY):
        mail_queue.put(mails(run))


def summary(run: Run) -> Data:
    """What is kept of a finished reissue: `{lineId, iccid}`."""
    record = run.result(REISSUE)
    return {"lineId": record.line_id, "iccid": record.iccid}
