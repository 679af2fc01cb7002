"""SendGrid's error body: `{"errors": [{"message", "field", "help"}]}`.

The messages are those of "Errors" in the mail send reference and of answers that were seen in
public issues; `field` is a path such as `personalizations.0.to.0.email`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.responses import JSONResponse, Response

HELP = "http://sendgrid.com/docs/API_Reference/Web_API_v3/Mail/errors.html#"


@dataclass(frozen=True)
class Problem:
    """One entry of `errors`; `help` is the anchor on the page of errors."""

    message: str
    field: str | None = None
    help: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The entry as SendGrid shows it."""
        return {
            "message": self.message,
            "field": self.field,
            "help": self.help and HELP + self.help,
        }


class Refused(Exception):  # it is an answer, not a fault of the emulator
    """Ends the handling of a request with this status and these problems."""

    def __init__(self, status: int, *problems: Problem) -> None:
        super().__init__(problems[0].message)
        self.status = status
        self.problems = problems

    def response(self) -> Response:
        """The answer."""
        errors = [problem.as_json() for problem in self.problems]
        return JSONResponse({"errors": errors}, status_code=self.status)
