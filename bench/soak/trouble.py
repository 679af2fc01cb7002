"""Faults that come and go, one system at a time."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

KINDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("whmcs", {"kind": "html", "status": 503}),
    ("gigs", {"kind": "reset"}),
    ("salesforce", {"kind": "delay", "seconds": 2.0}),
    ("sendgrid", {"kind": "status", "status": 500, "body": {"errors": []}}),
    ("whmcs", {"kind": "drop_answer", "operation": "AddOrder"}),
    ("gigs", {"kind": "drop_answer", "method": "POST"}),
    ("salesforce", {"kind": "drop_answer", "method": "POST"}),
    ("whmcs", {"kind": "drop_answer", "operation": "CapturePayment"}),
)
"""Systems that are down, slow, or do what they were asked and lose the answer."""


@dataclass
class Trouble:
    """Adds a fault, removes it, and waits; `counts` are those that were added."""

    emulators: Mapping[str, str]
    fault_seconds: float
    quiet_seconds: float
    stop: threading.Event
    counts: Counter[str] = field(default_factory=Counter)

    def run(self) -> None:
        """Go on until told to stop. No fault is left at the end."""
        with httpx.Client(trust_env=False, timeout=10) as client:
            for system, fault in self._kinds():
                if self.stop.wait(self.quiet_seconds):
                    return
                url = f"{self.emulators[system]}/_admin/faults"
                client.post(url, json={"times": None, **fault}).raise_for_status()
                self.counts[f"{system} {fault['kind']}"] += 1
                self.stop.wait(self.fault_seconds)
                client.delete(url).raise_for_status()

    def _kinds(self) -> Iterator[tuple[str, dict[str, Any]]]:
        present = [(system, fault) for system, fault in KINDS if system in self.emulators]
        return itertools.cycle(present)
