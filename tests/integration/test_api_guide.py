"""docs/api.md, followed word by word on the running stack."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from local.context import StackContext
from local.demo.card_page import Card, add_card
from local.demo.portal_client import FrontDoor
from local.stack.credentials import WEBHOOK_SECRET
from tests.api_guide import PAGE, Reader, compare
from tests.stack import eventually

pytestmark = pytest.mark.stack

TOKEN = re.compile(r"#token=([A-Za-z0-9_-]+)")
CUSTOMER = "kenji.tanaka@mail.example"


def add_a_card(variables: dict[str, str]) -> None:
    add_card(variables["LINK"], Card())


def read_the_mail(variables: dict[str, str]) -> None:
    front = FrontDoor(variables["FRONT"])

    def token() -> str | None:
        texts = (mail["text"] for mail in front.mails_to(CUSTOMER))
        return next((found[1] for text in texts if (found := TOKEN.search(text))), None)

    try:
        variables["RESET_TOKEN"] = eventually(token, within=60)
    finally:
        front.close()


def test_every_command_is_answered_as_the_page_says(stack: StackContext, tmp_path: Path) -> None:
    reader = Reader(
        variables={
            "API": f"{stack.front_url}/api",
            "FRONT": stack.front_url,
            "SIGNING_KEY": stack.signing_key,
            "WEBHOOK_SECRET": WEBHOOK_SECRET,
        },
        hands={"add-a-card": add_a_card, "read-the-mail": read_the_mail},
        directory=tmp_path,
    )
    for command, answer in reader.follow(PAGE.read_text(encoding="utf-8")):
        assert compare(command, answer) == [], f"docs/api.md:{command.line}"
