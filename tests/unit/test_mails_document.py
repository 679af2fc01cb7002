"""docs/mails.md says of every mail, setting and refusal what the code says."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from portal import config
from portal.domain.mail import MailTemplate
from portal.domain.mail_contents import CONTENTS, PasswordReset, SignupProof
from portal.vendor_errors import sendgrid, smtp

from functions.email.sender import SenderConfig
from infra.endpoints import ENDPOINTS

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "mails.md"
SETTINGS_OF_OTHERS = frozenset({"MAIL_SECRET_ID", "STAGE"})


def table(first: str) -> list[list[str]]:
    """The rows of the table whose first column is called so."""
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith(f"| {first} |"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split(" | ")])
    return rows


MAILS = {row[0].strip("`"): row for row in table("mail")}


def test_every_mail_is_documented_and_no_other() -> None:
    assert list(MAILS) == [str(template) for template in MailTemplate]


@pytest.mark.parametrize("template", MailTemplate)
def test_what_a_mail_may_carry(template: MailTemplate) -> None:
    _, when, to, carries, looked_up, copied = MAILS[template]
    model = CONTENTS[template]
    assert when
    fields = [str(field.alias) for field in model.model_fields.values()]
    assert re.findall(r"`(\w+)`", carries) == fields
    assert (carries == "nothing") == (fields == [])
    assert to == ("address on file" if model.to_address_on_file else "portal account")
    assert copied == ("no" if model.carries_credential else "yes")
    secret = "token" if model in (PasswordReset, SignupProof) else "activation code"
    assert (secret in looked_up) == model.carries_credential
    assert ("name" in looked_up) != model.to_address_on_file


def test_every_setting_of_mails_is_documented() -> None:
    documented = {name for row in table("setting") for name in re.findall(r"`([A-Z_]+)`", row[0])}
    assert documented == config.environment_names(SenderConfig) - SETTINGS_OF_OTHERS
    (sender,) = (endpoint for endpoint in ENDPOINTS if endpoint.id == "email-send")
    assert documented <= sender.environment


def test_refusals_are_classified_as_in_the_tables() -> None:
    known = {
        "SendGrid": {**sendgrid.TEXTS, **sendgrid.STATUSES},
        "SMTP": {**smtp.TEXTS, **smtp.REPLIES},
    }
    rows = table("answer")
    assert rows
    for answer, kind, becomes, remedy in rows:
        vendor, code = answer.split(" ", 1)
        row = known[vendor][code.strip("`")]
        assert kind == row.kind.value
        assert becomes.startswith("dead letter" if row.kind.value == "refused" else "waits")
        assert remedy


def test_every_mail_is_put_on_the_queue_by_something_that_ships() -> None:
    """A template that nothing sends would be half of a feature."""
    used = {
        alias.name
        for path in (ROOT / "functions").rglob("*.py")
        if "email" not in path.relative_to(ROOT).parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "portal.domain.mail_contents"
        for alias in node.names
    }
    assert {model.__name__ for model in CONTENTS.values()} - used == set()


def test_nothing_puts_a_job_together_by_hand() -> None:
    """Only through a model is it certain that the sender understands the job."""
    by_hand = [
        path
        for folder in ("functions", "layers/shared/python/portal")
        for path in (ROOT / folder).rglob("*.py")
        if "MailJob(" in path.read_text(encoding="utf-8") and path.name != "mail.py"
    ]
    assert by_hand == []
