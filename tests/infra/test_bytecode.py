"""Bytecode for Lambda: which interpreter makes it, and that Lambda can use it."""

from __future__ import annotations

import marshal
import platform
import stat
import sys
from pathlib import Path
from types import CodeType

import pytest

from infra.bytecode import BytecodeError, Compiler, find_compiler, said

OURS = ".".join(map(str, sys.version_info[:2]))
UNCHECKED_HASH = 0b01  # PEP 552: hash-based, not checked against the source
HEADER = 16


def interpreter(path: Path, version: str) -> Path:
    """A program that says that it is Python of that version."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho {version}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_this_interpreter_is_taken_when_it_is_of_the_version() -> None:
    found = find_compiler({}, version=OURS)
    assert found == Compiler(Path(sys.executable), platform.python_version())


def test_one_on_the_path_and_pyenvs_are_found(tmp_path: Path) -> None:
    on_path = interpreter(tmp_path / "bin" / "python9.1", "9.1.4")
    environ = {"PATH": f"{on_path.parent}:/bin", "HOME": str(tmp_path)}
    assert find_compiler(environ, version="9.1") == Compiler(on_path, "9.1.4")
    pyenv = interpreter(tmp_path / ".pyenv/versions/9.2.0/bin/python9.2", "9.2.0")
    assert find_compiler(environ, version="9.2") == Compiler(pyenv, "9.2.0")


def test_what_is_not_what_its_name_says_is_passed_over(tmp_path: Path) -> None:
    wrong = interpreter(tmp_path / "bin" / "python9.1", "9.10.0")
    environ = {"PATH": f"{wrong.parent}:/bin", "HOME": str(tmp_path)}
    assert find_compiler(environ, version="9.1") is None
    wrong.write_text("#!/bin/sh\nexit 127\n", encoding="utf-8")
    assert find_compiler(environ, version="9.1") is None


@pytest.mark.parametrize(("version", "words"), [("9.2.0", "but 9.2.0"), ("", "does not run")])
def test_a_named_interpreter_must_be_of_the_version(
    tmp_path: Path, version: str, words: str
) -> None:
    named = tmp_path / "python"
    if version:
        interpreter(named, version)
    with pytest.raises(BytecodeError, match=words):
        find_compiler({"LAMBDA_INTERPRETER": str(named)}, version="9.1")
    good = interpreter(tmp_path / "other", "9.1.0")
    found = find_compiler({"LAMBDA_INTERPRETER": str(good)}, version="9.1")
    assert found == Compiler(good, "9.1.0")


def test_bytecode_needs_no_times_and_names_files_as_lambda_does(tmp_path: Path) -> None:
    package = tmp_path / "functions" / "billing"
    package.mkdir(parents=True)
    (package / "module.py").write_text("def f():\n    return 1\n", encoding="utf-8")
    (package / "template.py").write_text("this is {{ no }} module", encoding="utf-8")
    Compiler(Path(sys.executable), platform.python_version()).compile(tmp_path, root="/var/task")
    (bytecode,) = (package / "__pycache__").iterdir()
    assert bytecode.name == f"module.cpython-{OURS.replace('.', '')}.pyc"
    content = bytecode.read_bytes()
    assert int.from_bytes(content[4:8], "little") == UNCHECKED_HASH
    code = marshal.loads(content[HEADER:])  # noqa: S302  # what was compiled above
    assert isinstance(code, CodeType)
    assert code.co_filename == "/var/task/functions/billing/module.py"


def test_an_interpreter_that_compiles_nothing_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "module.py").touch()
    idle = interpreter(tmp_path / "idle", "3.13.0")
    with pytest.raises(BytecodeError, match="compiled nothing"):
        Compiler(idle, "3.13.0").compile(tmp_path, root="/opt")


def test_the_build_says_which_interpreter_or_what_it_costs_to_have_none() -> None:
    assert "Python 3.13.2" in said(Compiler(Path("/usr/bin/python3.13"), "3.13.2"))
    assert "nearly doubles" in said(None)
    assert "LAMBDA_INTERPRETER" in said(None)
