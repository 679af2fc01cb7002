"""The front page, demo.json, the mailbox, and what guards them."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import httpx
import pytest

from local.demo.people import CUSTOMERS
from local.front.app import create_app
from tests.fakes.demo_stack import LPA
from tests.unit.local.conftest import Door, listening, serving


def test_start_page_shows_accounts_customers_and_ready_made_commands(door: Door) -> None:
    page = door.client.get("/dev").text
    assert "aiko@mail.example" in page
    assert all(person.number in page for person in CUSTOMERS)
    assert f"curl -s {door.url}/api/health" in page


def test_demo_json_has_the_agreed_shape(door: Door) -> None:
    demo = door.client.get("/demo.json").json()
    assert demo["api"] == f"{door.url}/api"
    assert demo["openapi"] == f"{door.url}/openapi.json"
    assert demo["aws"] == {"endpoint": "http://127.0.0.1:4566", "region": "ap-northeast-1"}
    assert demo["customers"][0] == {
        "customerNumber": CUSTOMERS[0].number,
        "email": CUSTOMERS[0].email,
        "note": CUSTOMERS[0].note,
    }
    assert demo["accounts"] == [
        {"email": "aiko@mail.example", "password": "pw", "note": "has a card"}
    ]
    assert demo["signing"] == {"keyId": "local-1", "key": "signing-key-for-tests"}
    assert demo["emulators"]["gigs"] == {
        "url": door.context.gigs_url,
        "admin": f"{door.context.gigs_url}/_admin",
    }


def test_parts_that_do_not_run_are_left_out_and_said(door: Door) -> None:
    alone = dataclasses.replace(
        door.context, salesforce_url=None, whmcs_url=None, gigs_url=None, sendgrid_url=None
    )
    listener, url = listening()
    with listener, serving(create_app(alone), listener), httpx.Client(trust_env=False) as client:
        assert client.get(f"{url}/demo.json").json()["emulators"] == {}
        for path in ("/mail", "/mail.json", "/salesforce", "/whmcs"):
            answer = client.get(url + path)
            assert answer.status_code == 502
            assert "without the" in answer.text


def test_every_page_is_closed_to_outside_sources(door: Door) -> None:
    answer = door.client.get("/dev")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "http://" not in answer.text.replace("http://127.0.0.1", "").replace(
        "http://www.w3.org/2000/svg", ""
    )


@pytest.mark.parametrize("path", ["/dev", "/salesforce", "/mail", "/mail/nothing-here", "/docs"])
def test_every_link_to_this_site_leads_somewhere(door: Door, path: str) -> None:
    door.context.openapi_path.write_text('{"paths": {}}')
    page = door.client.get(path, headers={"Accept": "text/html"}).text
    links = set(re.findall(r'href="(/[^"#]*)', page))
    assert {"/dev", "/docs", "/salesforce", "/whmcs", "/mail"} <= links
    links.remove("/ops")  # needs CloudWatch, which test_ops_screen has
    broken = {link for link in links if door.client.get(link).status_code not in {200, 302}}
    assert broken == set()


def test_pages_point_to_no_part_that_does_not_run(door: Door) -> None:
    alone = dataclasses.replace(
        door.context, salesforce_url=None, whmcs_url=None, gigs_url=None, sendgrid_url=None
    )
    listener, url = listening()
    with listener, serving(create_app(alone), listener), httpx.Client(trust_env=False) as client:
        page = client.get(f"{url}/dev").text
    for part in ("/salesforce", "/whmcs", "/mail"):
        assert f'href="{part}"' not in page


def test_answers_to_loopback_names_only(door: Door) -> None:
    assert door.client.get("/demo.json", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize(
    ("site", "status"), [("cross-site", 403), ("same-site", 403), ("same-origin", 303)]
)
def test_buttons_cannot_be_pressed_from_another_site(door: Door, site: str, status: int) -> None:
    answer = door.client.post(
        "/salesforce/orders/8015j0000000001AAA/approve", headers={"Sec-Fetch-Site": site}
    )
    assert answer.status_code == status


def captured(number: int, **fields: Any) -> dict[str, Any]:
    """A record of the SendGrid emulator's state."""
    return {
        "id": f"m-{number}",
        "receivedAt": "2026-11-22T09:03:00+00:00",
        "from": {"email": "hello@portal.example", "name": "Portal"},
        "to": [{"email": "b@mail.example", "name": "B"}],
        "cc": [],
        "bcc": [],
        "replyTo": [],
        "text": "plain <text>",
        "html": None,
        "attachments": [],
        **fields,
    }


@pytest.fixture
def mailbox(door: Door) -> Door:
    picture = {
        "content": "iVBORw==",
        "type": "image/png",
        "filename": 'q"r.png',
        "disposition": "inline",
        "content_id": "qr@portal",
    }
    door.stack.mails = [
        captured(1, subject="First"),
        captured(
            2,
            subject="<b>Second</b>",
            text=LPA,
            html='<script>x</script><img src="cid:qr@portal">',
            attachments=[picture],
        ),
    ]
    return door


def test_mailbox_lists_newest_first_and_escapes(mailbox: Door) -> None:
    page = mailbox.client.get("/mail").text
    assert page.index("&lt;b&gt;Second&lt;/b&gt;") < page.index("First")
    assert "<b>Second</b>" not in page


def test_mail_shows_text_and_frames_its_html_in_a_sandbox(mailbox: Door) -> None:
    page = mailbox.client.get("/mail/m-2").text
    assert LPA in page
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox allow-same-origin"' in page
    assert "<script>x</script>" not in page


def test_html_of_a_mail_resolves_inline_images_and_may_run_nothing(mailbox: Door) -> None:
    answer = mailbox.client.get("/mail/m-2/html")
    assert '<img src="data:image/png;base64,iVBORw==">' in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "allow-scripts" not in policy
    assert "allow-forms" not in policy


def test_attachment_is_served_under_a_safe_name(mailbox: Door) -> None:
    answer = mailbox.client.get("/mail/m-2/attachments/0")
    assert answer.content == b"\x89PNG"
    assert answer.headers["content-disposition"] == 'inline; filename="qr.png"'
    assert mailbox.client.get("/mail/m-2/attachments/1").status_code == 404


def test_mail_json_is_complete(mailbox: Door) -> None:
    second, first = mailbox.client.get("/mail.json").json()["mails"]
    assert first["subject"] == "First"
    assert first["from"] == "Portal <hello@portal.example>"
    assert second["to"] == ["B <b@mail.example>"]
    assert second["attachments"][0]["content"] == "iVBORw=="
