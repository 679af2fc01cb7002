"""What a reissue was asked for with: the part of the job's input that is its own.

What the portal has looked up when it was accepted belongs to it: the line before, and what became
of its profile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from portal.domain.line_actions import LineFacts
from portal.domain.service_line import ServiceLine
from portal.engine.model import Job
from portal.operations.job import CLIENT_ID, service_of


@dataclass(frozen=True, kw_only=True)
class Asked:
    """`line_id` and `iccid` are those of the line before; `again`: its code is sent once more.

    `installed`: a phone certainly had the profile. `name` is the product's, for mails.
    """

    operation_id: str
    service_id: int
    client_id: int
    provider: str
    line_id: str
    iccid: str
    plan: str
    again: bool
    installed: bool
    name: str


def settled(line: ServiceLine, facts: LineFacts, name: str) -> Mapping[str, str]:
    """The members of the input."""
    now = facts.line
    return {
        "provider": line.provider,
        "lineId": line.line_id,
        "iccid": (now.iccid if now is not None else None) or "",
        "plan": (now.plan if now is not None else None) or line.plan,
        "again": "yes" if facts.sent_again else "",
        "installed": "yes" if facts.used_up else "",
        "name": name,
    }


def asked(job: Job) -> Asked:
    """Read back from the input."""
    given = job.input
    return Asked(
        operation_id=job.subject,
        service_id=service_of(job),
        client_id=int(given[CLIENT_ID]),
        provider=str(given["provider"]),
        line_id=str(given["lineId"]),
        iccid=str(given["iccid"]),
        plan=str(given["plan"]),
        again=bool(given["again"]),
        installed=bool(given.get("installed")),
        name=str(given["name"]),
    )
