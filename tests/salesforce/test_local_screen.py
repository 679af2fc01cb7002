"""The Lightning components as the local stack serves them: built again, and with planted faults."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops.salesforce_project.node_tools import BUILT_SCREEN, SCREEN, build_screen, node
from ops.salesforce_project.paths import PROJECT
from tests.unit.ops.salesforce_project.planting import Planted, copy_project

DIALOG = "lwc/provisionInWhmcs/provisionInWhmcs"


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def planted(tmp_path: Path) -> Planted:
    copy = copy_project(tmp_path / "salesforce")
    (copy.root / "node_modules").symlink_to(PROJECT / "node_modules", target_is_directory=True)
    return copy


def test_what_is_committed_is_what_the_sources_build_in_any_folder(
    planted: Planted, tmp_path: Path
) -> None:
    built = tmp_path / "built"
    assert build_screen(built, planted.root) == 0
    wanted, committed = files(built), files(BUILT_SCREEN)
    assert committed.keys() == wanted.keys()
    stale = [name for name in wanted if committed[name] != wanted[name]]
    assert not stale, f"{stale} are out of date: run `make salesforce-screen`"


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (f"{DIALOG}.html", "lightning-spinner", "lightning-spiner", "lightning/spiner"),
        (f"{DIALOG}.html", "<dl ", "<dl><dl ", "LWC1058"),
        (
            "./japanese/main/default/translations/ja.translation-meta.xml",
            "<name>Portal_Screen_Close</name>",
            "<name>Portal_Screen_Closed</name>",
            "Portal_Screen_Close is no label in both languages",
        ),
    ],
)
def test_the_build_finds_planted_faults(
    planted: Planted, tmp_path: Path, name: str, old: str, new: str, said: str
) -> None:
    planted.replace(name, old, new)
    done = node(SCREEN, str(tmp_path / "built"), folder=planted.root)
    assert done.returncode != 0
    assert said in done.stderr
    assert not (tmp_path / "built").exists()
