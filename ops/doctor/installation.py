"""A live installation, with one reader for each system."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ops.doctor.api_reader import ApiReader
from ops.doctor.aws_reader import CloudReader
from ops.doctor.esim_reader import EsimReader
from ops.doctor.mail_reader import MailReader
from ops.doctor.salesforce_reader import SalesforceReader
from ops.doctor.whmcs_reader import WhmcsReader


@dataclass(frozen=True, kw_only=True)
class Installation:
    """A deployed stage and the systems around it.

    `settings` are the merged environments of the stage's Lambdas. `clock` returns epoch seconds.
    `local` says that it is the stack on this machine, which has no alarm mail, certificates or
    backups.
    """

    stage: str
    settings: Mapping[str, str]
    cloud: CloudReader
    salesforce: SalesforceReader
    whmcs: WhmcsReader
    esim: EsimReader
    mail: MailReader
    api: ApiReader
    clock: Callable[[], float]
    local: bool = False

    def setting(self, name: str) -> str:
        """Return a setting of the Lambdas; "" when none has it."""
        return self.settings.get(name, "")
