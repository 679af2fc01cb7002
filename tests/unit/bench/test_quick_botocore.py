"""Quick botocore reads each description once, and makes the same clients."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

import pytest
from botocore.loaders import JSONFileLoader, Loader, create_loader

from bench import quick_botocore


@pytest.fixture(autouse=True)
def quick() -> None:
    quick_botocore.quicken()


def test_another_loader_reads_nothing_again() -> None:
    first = create_loader().load_service_model("dynamodb", "service-2")
    with mock.patch.object(JSONFileLoader, "load_file", side_effect=AssertionError):
        assert create_loader().load_service_model("dynamodb", "service-2") is first


def test_what_is_read_is_what_the_file_says(tmp_path: Path) -> None:
    for text in ("first", "second"):
        version = tmp_path / text / "toy" / "2026-01-01"
        version.mkdir(parents=True)
        (version / "service-2.json").write_text(f'{{"metadata": "{text}"}}', encoding="utf-8")
    found = [
        Loader(extra_search_paths=[str(tmp_path / text)]).load_service_model("toy", "service-2")
        for text in ("first", "second")
    ]
    assert found == [{"metadata": "first"}, {"metadata": "second"}]
