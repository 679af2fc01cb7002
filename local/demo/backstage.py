"""Reads the records of the outside systems through the emulators' admin API.

The demo compares them with the portal's answers, so this module never asks the portal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from local.demo.checks import expect_status
from local.demo.data import whmcs_person
from local.demo.people import Person
from local.demo.portal_client import loopback_client

READY = frozenset({"active", "GOT_RESOURCE", "IN_USE"})


@dataclass(frozen=True)
class EsimLine:
    """A line as its provider shows it; `activation_code` is the LPA string, once there is one.

    `sim_id` is the id of the line's SIM at Gigs.
    """

    provider: str
    line_id: str
    status: str
    activation_code: str | None
    sim_id: str = ""

    @property
    def ready(self) -> bool:
        """Whether the provider has made the line ready for a phone."""
        return self.status in READY


class Backstage:
    """Reads the emulators of one stack; writes new Accounts and new clients of WHMCS."""

    def __init__(self, emulators: dict[str, dict[str, str]]) -> None:
        self._admin = {name: emulator["admin"] for name, emulator in emulators.items()}
        self._client = loopback_client()
        self._older = {line.line_id for line in self._esim_access_lines()}

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def whmcs_emails(self) -> set[str]:
        """Return the e-mail addresses of all WHMCS clients."""
        return {client["email"] for client in self._state("whmcs")["clients"]}

    def whmcs_orders(self, email: str) -> list[dict[str, Any]]:
        """Return the WHMCS orders of the client with that address."""
        state = self._state("whmcs")
        ids = {client["id"] for client in state["clients"] if client["email"] == email}
        return [order for order in state["orders"] if order["clientId"] in ids]

    def whmcs_services(self, order_id: int) -> list[dict[str, Any]]:
        """Return the services of a WHMCS order."""
        return [s for s in self._state("whmcs")["services"] if s["orderId"] == order_id]

    def esim_lines(self, email: str) -> list[EsimLine]:
        """Return the eSIM lines of a new customer, as the provider that runs has them.

        Gigs knows whose a line is. eSIM Access does not: there, every line that was not there
        before is the customer's.
        """
        if "esim_access" in self._admin:
            return [line for line in self._esim_access_lines() if line.line_id not in self._older]
        codes = {sim["id"]: sim["activationCode"] for sim in self._lines("sims")}
        lines = [line for line in self._lines("subscriptions") if line["user"]["email"] == email]
        sims = [str((line["sim"] or {}).get("id", "")) for line in lines]
        return [
            EsimLine("Gigs", line["id"], line["status"], codes.get(sim), sim)
            for line, sim in zip(lines, sims, strict=True)
        ]

    @property
    def sells_another_line(self) -> bool:
        """Whether the provider that runs replaces a line by another one, and data is lost."""
        return "esim_access" in self._admin

    def install(self, line: EsimLine) -> None:
        """A phone installs the line's profile."""
        if self.sells_another_line:
            path = f"{self._admin['esim_access']}/device"
            body = {"esimTranNo": line.line_id, "action": "install"}
        else:
            path = f"{self._admin['gigs']}/esim-profile"
            body = {"sim": line.sim_id, "status": "installed"}
        expect_status(self._client.post(path, json=body), 200, "Installing the eSIM on a phone")

    def topup_invoices(self, email: str) -> list[dict[str, Any]]:
        """Return the invoices of a client's top-ups, oldest first."""
        state = self._state("whmcs")
        ids = {client["id"] for client in state["clients"] if client["email"] == email}
        return [
            invoice
            for invoice in state["invoices"]
            if invoice["userid"] in ids and "[topup-" in invoice["notes"]
        ]

    def top_ups(self) -> int:
        """Return how many top-ups the provider that runs has sold."""
        if "esim_access" in self._admin:
            return len(self._state("esim_access")["topUps"])
        return len(self._lines("subscriptionAddons"))

    def add_account(self, person: Person) -> None:
        """Create an Account in Salesforce, as a salesperson does."""
        record = {
            "FirstName": person.first_name,
            "LastName": person.last_name,
            "PersonEmail": person.email,
            "Customer_Number__c": person.number,
            "Portal_Dwelling__c": person.dwelling,
            "Portal_Tier__c": person.tier,
            "Portal_Region__c": person.region,
        }
        answer = self._client.post(
            f"{self._admin['salesforce']}/seed", json={"records": {"Account": [record]}}
        )
        expect_status(answer, 201, "Entering a new Account in Salesforce")

    def add_billing_client(self, person: Person) -> None:
        """Create a client in WHMCS, as for a customer from before the portal."""
        answer = self._client.post(
            f"{self._admin['whmcs']}/seed", json={"clients": [whmcs_person(person)]}
        )
        expect_status(answer, 201, "Entering a new client in WHMCS")

    def _esim_access_lines(self) -> list[EsimLine]:
        if "esim_access" not in self._admin:
            return []
        return [
            EsimLine("eSIM Access", esim["esimTranNo"], esim["esimStatus"], esim["ac"])
            for esim in self._state("esim_access")["esims"]
        ]

    def _lines(self, kind: str) -> list[dict[str, Any]]:
        """Return the records of all Gigs projects."""
        projects = self._state("gigs")["projects"].values()
        return [record for project in projects for record in project[kind]]

    def _state(self, name: str) -> dict[str, Any]:
        answer = self._client.get(f"{self._admin[name]}/state")
        return expect_status(answer, 200, f"Looking into the {name} emulator")
