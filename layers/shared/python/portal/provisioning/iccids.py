"""The ICCIDs of an order's eSIM lines as they are now, from our own records.

Provisioning leaves the list that it wrote into the Order; later reissues leave theirs with each
service.
"""

from __future__ import annotations

from collections.abc import Callable

from portal.domain.service_line import ServiceLine
from portal.engine.model import Job


def iccids_now(job: Job, line_of: Callable[[int], ServiceLine | None]) -> str:
    """In the order in which provisioning wrote them, parted by commas.

    `line_of` finds what is known of a service.
    """
    services, found = job.result.get("services") or {}, []
    for key, line in sorted((job.result.get("esims") or {}).items()):
        numbers = services.get(key) or ()
        known = line_of(int(numbers[0])) if numbers else None
        iccid = (known.iccid if known is not None else "") or str(line.get("iccid") or "")
        found.append(iccid)
    return ",".join(iccid for iccid in found if iccid)
