"""The note that leads `make demo` and `ops` to the running stack."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from local.note import noted, running_front_door


def test_a_running_stack_is_found_whatever_its_port(tmp_path: Path) -> None:
    with noted("http://127.0.0.1:9123", tmp_path):
        assert running_front_door(tmp_path) == "http://127.0.0.1:9123"
    assert running_front_door(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_of_several_stacks_the_newest_is_found_and_the_others_stay_noted(tmp_path: Path) -> None:
    with noted("http://127.0.0.1:8080", tmp_path):
        with noted("http://127.0.0.1:9123", tmp_path):
            assert running_front_door(tmp_path) == "http://127.0.0.1:9123"
        assert running_front_door(tmp_path) == "http://127.0.0.1:8080"


def test_the_note_of_a_killed_stack_is_ignored(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    content = {"frontUrl": "http://127.0.0.1:9123", "pid": ended.pid, "readyAt": 1.0}
    (tmp_path / "9123.json").write_text(json.dumps(content))
    assert running_front_door(tmp_path) is None


def test_an_unreadable_note_is_ignored(tmp_path: Path) -> None:
    (tmp_path / "9123.json").write_text("{")
    assert running_front_door(tmp_path) is None
    assert running_front_door(tmp_path / "absent") is None
