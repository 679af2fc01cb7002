"""The alarms that page somebody, by name, each with the reason.

An alarm pages when customers are affected, or will be within hours, and when only a person can end
that. Every other alarm notifies: its work waits safely until somebody reads the mail.
"""

from __future__ import annotations

COMPOSITE = "Paging"
"""The composite alarm, which is raised while any of `PAGES` is."""

PAGES: dict[str, str] = {
    "ApiServerErrors": "Customers get errors now.",
    "ApiLatency": "Customers wait for every page now.",
    "LambdaThrottles": "Requests are refused, and the work of the background is as well.",
    "ProvisionQueueAge": "Orders are not provisioned within the promised hour.",
    "OperationQueueAge": "A customer waits for a top-up or a new eSIM on the page.",
    "EmailQueueAge": "Nobody can reset a password, and activation codes do not arrive.",
    "ProvisionSweeperSilent": "Nothing else finds lost jobs and scheduled orders.",
    "SalesforceQuota": "Without API requests nobody can order until the quota is renewed.",
    "EsimProviderFundsExhausted": "Every eSIM order waits until somebody pays the provider.",
    "EmailAccessDenied": "Every mail waits until somebody mends credentials or grants.",
    "EmailAllowanceUsedUp": "Every mail waits until somebody raises the allowance.",
}
