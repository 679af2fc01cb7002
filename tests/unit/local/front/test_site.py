"""`/`: the customer's pages, and what must not be hidden behind them."""

from __future__ import annotations

import dataclasses
import json

import httpx
import pytest

from local.front.app import create_app
from tests.unit.local.conftest import Door, listening, serving

HTML = {"Accept": "text/html"}
SHELL = "<!doctype html><title>Shop</title>" + "<!-- -->" * 200
PAGES = (
    "/", "/signup", "/login", "/link-account", "/request-password-reset", "/reset-password",
    "/catalog", "/catalog/ESIM-1.5GB", "/cart", "/checkout", "/orders",
    "/orders/8015j0000000001AAA", "/subscriptions", "/subscriptions/77", "/invoices",
    "/invoices/12", "/profile",
)  # fmt: skip


@pytest.fixture
def shop(door: Door) -> Door:
    """A front door with a built site."""
    assets = door.context.site.dist / "assets"
    assets.mkdir(parents=True)
    (door.context.site.dist / "index.html").write_text(SHELL)
    (door.context.site.dist / "robots.txt").write_text("User-agent: *")
    (assets / "app-1a2b3c.js").write_text("export {};")
    return door


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_the_shell_which_is_not_cached(shop: Door, path: str) -> None:
    answer = shop.client.get(path, headers=HTML)
    assert (answer.status_code, answer.text) == (200, SHELL)
    assert answer.headers["cache-control"] == "no-cache"
    policy = answer.headers["content-security-policy"]
    assert (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;" in policy
    )
    assert "unsafe" not in policy
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in answer.headers["permissions-policy"]


def test_files_of_the_site_are_served_as_themselves(shop: Door) -> None:
    answer = shop.client.get("/robots.txt")
    assert answer.text == "User-agent: *"
    assert answer.headers["cache-control"] == "no-cache"


def test_hashed_files_are_cached_long_and_a_missing_one_is_404(shop: Door) -> None:
    answer = shop.client.get("/assets/app-1a2b3c.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert shop.client.get("/assets/app-000000.js").status_code == 404


def test_files_are_compressed_and_revalidated(shop: Door) -> None:
    answer = shop.client.get("/", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    again = shop.client.get("/", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        "/mail/no-such-mail",
        "/mail/m-1/nothing",
        "/ops/nothing",
        "/salesforce/nothing",
        "/salesforce/orders/8015j0000000009AAA",
        "/dev/nothing",
        "/docs/nothing",
        "/docs/viewer/nothing.js",
        "/static/nothing.css",
    ],
)
def test_a_404_of_another_part_stays_a_404_and_is_a_page_for_browsers(
    shop: Door, path: str
) -> None:
    page = shop.client.get(path, headers=HTML)
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert "Shop" not in page.text
    assert 'href="/dev"' in page.text
    problem = shop.client.get(path, headers={"Accept": "application/json"})
    assert problem.status_code == 404
    assert problem.headers["content-type"] == "application/problem+json"


def test_a_404_of_the_api_stays_the_apis(shop: Door) -> None:
    answer = shop.client.get("/api/nothing", headers=HTML)
    assert answer.status_code == 404
    assert "Shop" not in answer.text


def test_nothing_outside_the_site_is_served(shop: Door) -> None:
    (shop.context.site.dist.parent / "secret.txt").write_text("opens doors")
    for path in ("/..%2fsecret.txt", "/assets/..%2f..%2fsecret.txt"):
        assert "opens doors" not in shop.client.get(path).text


def test_configuration_is_read_at_run_time(shop: Door) -> None:
    answer = shop.client.get("/config.json")
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.json() == {
        "apiBase": "/api",
        "brand": {"name": "Portal"},
        "currency": "JPY",
        "timeZone": "Asia/Tokyo",
        "signUp": {"proof": "none", "fact": "other"},
        "languages": ["en", "ja"],
        "support": {},
    }


def test_brand_comes_from_the_settings_and_its_logo_may_be_loaded(shop: Door) -> None:
    site = dataclasses.replace(
        shop.context.site,
        brand_name="Kaede Mobile",
        brand_logo_url="https://cdn.kaede.example/logo.svg",
        brand_color="#aa3300",
    )
    listener, url = listening()
    app = create_app(dataclasses.replace(shop.context, site=site))
    with listener, serving(app, listener), httpx.Client(trust_env=False) as client:
        assert client.get(f"{url}/config.json").json()["brand"] == {
            "name": "Kaede Mobile",
            "logoUrl": "https://cdn.kaede.example/logo.svg",
            "color": "#aa3300",
        }
        policy = client.get(url).headers["content-security-policy"]
    assert "img-src 'self' data: https://cdn.kaede.example;" in policy


@pytest.mark.parametrize("path", ["/", "/catalog"])
def test_without_a_built_site_the_page_says_how_to_build_it(door: Door, path: str) -> None:
    page = door.client.get(path, headers=HTML).text
    assert "make web-build" in page
    assert 'href="/dev"' in page


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/reset-password", 'href="/docs#/auth/reset_password"'),
        ("/orders/8015j0000000001AAA", 'href="/salesforce/orders/8015j0000000001AAA"'),
        ("/subscriptions/77", "The API has no call for this page yet."),
    ],
)
def test_without_a_built_site_a_mails_link_names_the_call_of_its_page_if_there_is_one(
    door: Door, path: str, says: str
) -> None:
    operation = {"tags": ["auth"], "operationId": "reset_password"}
    document = {"paths": {"/auth/reset-password": {"post": operation}}}
    door.context.openapi_path.write_text(json.dumps(document))
    assert says in door.client.get(path, headers=HTML).text


def test_a_site_that_is_built_while_the_stack_runs_is_served(door: Door) -> None:
    assert "make web-build" in door.client.get("/").text
    door.context.site.dist.mkdir(parents=True)
    (door.context.site.dist / "index.html").write_text(SHELL)
    assert door.client.get("/").text == SHELL


def test_a_slash_too_many_is_redirected(shop: Door) -> None:
    assert shop.client.get("/mail/").headers["location"] == "/mail"
