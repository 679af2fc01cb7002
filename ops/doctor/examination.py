"""Makes checks in their order, and turns failures into findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from portal.config import ConfigurationError
from portal.domain.upstream import Refused

from ops.doctor.installation import Installation
from ops.doctor.model import PASSED, Check, Finding, Line, Status, unknown, wrong
from ops.errors import FAILED, KNOWN, NO, OpsError, explain

TRY_AGAIN = "Try again in some minutes; when it stays, look at the other lines of this system."


def examine(checks: Iterable[Check], installation: Installation) -> Iterator[Line]:
    """Make the checks, and yield a line after each."""
    found: dict[str, Status] = {}
    for check in checks:
        finding = _blocked(check, found) or _looked(check, installation)
        found[check.id] = finding.status
        yield Line(check=check, finding=finding)


def exit_code(lines: Sequence[Line]) -> int:
    """Return 0 if all passed, 1 if something is wrong, and else 3 if something is unknown."""
    statuses = {line.finding.status for line in lines}
    if Status.WRONG in statuses:
        return NO
    return FAILED if statuses & {Status.UNKNOWN, Status.SKIPPED} else 0


def _blocked(check: Check, found: Mapping[str, Status]) -> Finding | None:
    for need in check.needs:
        # A check outside of this examination does not block others.
        if found.get(need, Status.OK) not in PASSED:
            return Finding(Status.SKIPPED, f"not looked at: {need} has to pass first")
    return None


def _looked(check: Check, installation: Installation) -> Finding:
    try:
        return check.look(installation)
    except (Refused, ConfigurationError) as error:
        return wrong(explain(error), check.remedy)
    except OpsError as error:
        return wrong(str(error), check.remedy)
    except KNOWN as error:
        return unknown(explain(error), TRY_AGAIN)
