"""Where the parts of the Salesforce project are."""

from __future__ import annotations

from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PROJECT = REPOSITORY / "salesforce"
ERROR_CODES = REPOSITORY / "docs" / "error-codes.md"
NAMESPACE = "http://soap.sforce.com/2006/04/metadata"
