"""Uploading the pages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infra.config import load_config
from ops.web_pages import PagesError, pages, site_configuration, upload
from tests.infra import settings

OUTPUTS = {"WebBucketName": "pages", "WebDistributionId": "E1", "WebUrl": "https://x"}


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    for name, text in {
        "index.html": "<html></html>",
        "favicon.svg": "<svg/>",
        "assets/index-4f2a.js": "1",
        "assets/index-4f2a.css": "a{}",
        "config.json": "{}",
    }.items():
        file = tmp_path / "dist" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path / "dist"


class Account:
    """S3 and CloudFront."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, Any]] = {}
        self.invalidated: list[str] = []

    def put_object(self, **wanted: Any) -> None:
        assert wanted["Bucket"] == "pages"
        self.objects[wanted["Key"]] = wanted

    def create_invalidation(self, **wanted: Any) -> None:
        assert self.objects, "an invalidation before the upload would let the old page come back"
        paths = wanted["InvalidationBatch"]["Paths"]
        assert paths["Quantity"] == len(paths["Items"])
        self.invalidated += paths["Items"]


def test_hashed_files_are_kept_for_a_year_and_the_shell_not_at_all(dist: Path) -> None:
    account = Account()
    config = load_config(settings.plain(dist), directory=dist)
    count = upload(config, dist=dist, s3=account, cloudfront=account, outputs=OUTPUTS)
    assert count == 5
    kept = {key: found["CacheControl"] for key, found in account.objects.items()}
    assert {key for key, value in kept.items() if "immutable" in value} == {
        "assets/index-4f2a.js",
        "assets/index-4f2a.css",
    }
    assert kept["index.html"] == kept["config.json"] == "no-cache"
    assert account.objects["index.html"]["ContentType"] == "text/html; charset=utf-8"
    assert account.objects["assets/index-4f2a.js"]["ContentType"].startswith("text/javascript")
    assert sorted(account.invalidated) == ["/config.json", "/favicon.svg", "/index.html"]


def test_what_the_shell_names_is_there_before_it(dist: Path) -> None:
    names = [page.key for page in pages(dist, {})]
    assert names.index("index.html") > max(
        names.index(name) for name in names if name.startswith("assets/")
    )


def test_the_configuration_is_the_stages(tmp_path: Path) -> None:
    config = load_config(
        {
            **settings.plain(tmp_path),
            "BRAND_COLOR": "#0b5cab",
            "EMAIL_REPLY_TO": "help@portal.example",
        },
        directory=tmp_path,
    )
    found = site_configuration(config)
    assert found["brand"] == {"name": "Portal", "color": "#0b5cab"}
    assert found["support"] == {"email": "help@portal.example"}
    assert (found["apiBase"], found["currency"]) == ("/api", "JPY")
    assert json.dumps(found)


def test_nothing_is_uploaded_that_was_not_built(tmp_path: Path) -> None:
    with pytest.raises(PagesError, match="make web-build"):
        list(pages(tmp_path, {}))
