"""The API viewer: the committed document, the vendored files, the demo customers' buttons."""

from __future__ import annotations

import json
import re
from typing import Any

from local.front.vendoring import SWAGGER_UI, VENDOR
from tests.unit.local.conftest import Door

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Portal API", "version": "1"},
    "servers": [{"url": "https://api.portal.example/api"}],
    "paths": {"/health": {"get": {"responses": {"200": {"description": "Up"}}}}},
}


def test_page_loads_its_scripts_and_styles_from_this_site_only(door: Door) -> None:
    door.context.openapi_path.write_text(json.dumps(DOCUMENT))
    page = door.client.get("/docs")
    loaded = re.findall(r'(?:src|<link [^>]*href)="([^"]+)"', page.text)
    assert "/docs/viewer/swagger-ui-bundle.js" in loaded
    assert all(address.startswith("/") for address in loaded)
    for address in loaded:
        assert door.client.get(address).status_code == 200, address
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "connect-src 'self';" in policy


def test_viewer_is_served_as_vendored(door: Door) -> None:
    for name in SWAGGER_UI.files:
        served = door.client.get(f"/docs/viewer/{name}").content
        assert served == (VENDOR / SWAGGER_UI.package / name).read_bytes()


def test_each_demo_customer_has_a_button_that_signs_the_viewer_in(door: Door) -> None:
    door.context.openapi_path.write_text(json.dumps(DOCUMENT))
    page = door.client.get("/docs").text
    for account in door.context.accounts:
        assert f'data-email="{account.email}" data-password="{account.password}"' in page


def test_document_names_this_front_door_as_its_server(door: Door) -> None:
    door.context.openapi_path.write_text(json.dumps(DOCUMENT))
    served = door.client.get("/openapi.json").json()
    assert served["servers"][0]["url"] == f"{door.url}/api"
    assert served["paths"] == DOCUMENT["paths"]


def test_a_missing_document_is_named_with_the_command_that_makes_it(door: Door) -> None:
    assert door.client.get("/openapi.json").status_code == 404
    assert "`make openapi`" in door.client.get("/docs").json()["detail"]
