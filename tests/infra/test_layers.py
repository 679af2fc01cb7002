"""The wheels' layer: when it is built, from what, and what is thrown away."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from infra.bytecode import Compiler
from infra.layers import LayerError, Target, build, host_target, lambda_target, prune


class FakeUv:
    """Stands in for uv: exports `requirements`, installs one module, remembers its calls."""

    def __init__(self) -> None:
        self.requirements = "requests==2.34.2\n"
        self.calls: list[tuple[str, ...]] = []
        self.fails = False

    def __call__(self, arguments: Sequence[str]) -> str:
        self.calls.append(tuple(arguments))
        if arguments[0] == "export":
            return self.requirements
        if self.fails:
            msg = "uv pip failed"
            raise LayerError(msg)
        wheels = Path(arguments[arguments.index("--target") + 1])
        (wheels / "requests").mkdir()
        (wheels / "requests" / "__init__.py").write_text(self.requirements, encoding="utf-8")
        return ""

    @property
    def installs(self) -> list[tuple[str, ...]]:
        return [call for call in self.calls if call[0] == "pip"]


@pytest.fixture
def uv() -> FakeUv:
    return FakeUv()


TARGET = Target(name="host", install_options=("--python", "python3"))


def test_it_builds_once_and_again_only_for_other_versions(tmp_path: Path, uv: FakeUv) -> None:
    assert build(TARGET, directory=tmp_path, run=uv)
    assert not build(TARGET, directory=tmp_path, run=uv)
    uv.requirements = "requests==2.35.0\n"
    assert build(TARGET, directory=tmp_path, run=uv)
    module = tmp_path / "host" / "python" / "requests" / "__init__.py"
    assert module.read_text(encoding="utf-8") == uv.requirements
    assert len(uv.installs) == 2


def test_it_builds_again_for_another_interpreter(tmp_path: Path, uv: FakeUv) -> None:
    build(TARGET, directory=tmp_path, run=uv)
    other = Target(name="host", install_options=("--python", "python3.14"))
    assert build(other, directory=tmp_path, run=uv)


def test_it_builds_again_when_there_is_an_interpreter_to_compile_with(
    tmp_path: Path, uv: FakeUv
) -> None:
    uv.requirements = "VERSION = 1\n"
    build(TARGET, directory=tmp_path, run=uv)
    compiled = replace(TARGET, compiler=Compiler(Path(sys.executable), "3.13.0"))
    assert build(compiled, directory=tmp_path, run=uv)
    assert not build(compiled, directory=tmp_path, run=uv)
    assert list((tmp_path / "host").rglob("__init__.*.pyc"))


def test_a_failed_build_keeps_the_last_layer_and_is_tried_again(tmp_path: Path, uv: FakeUv) -> None:
    build(TARGET, directory=tmp_path, run=uv)
    uv.requirements, uv.fails = "requests==2.35.0\n", True
    with pytest.raises(LayerError):
        build(TARGET, directory=tmp_path, run=uv)
    module = tmp_path / "host" / "python" / "requests" / "__init__.py"
    assert module.read_text(encoding="utf-8") == "requests==2.34.2\n"
    uv.fails = False
    assert build(TARGET, directory=tmp_path, run=uv)


def test_lambda_gets_wheels_for_arm_and_python_3_13_and_never_a_source_build() -> None:
    assert lambda_target().install_options == (
        "--python-platform",
        "aarch64-manylinux2014",
        "--python-version",
        "3.13",
    )
    assert "--python" in host_target().install_options


def test_only_wheels_are_installed(tmp_path: Path, uv: FakeUv) -> None:
    build(replace(lambda_target(), compiler=None), directory=tmp_path, run=uv)
    (install,) = uv.installs
    assert install[install.index("--only-binary") + 1] == ":all:"
    assert "aarch64-manylinux2014" in install
    export = uv.calls[0]
    assert {"--package=portal", "--no-dev", "--no-emit-workspace", "--frozen"} <= set(export)


def test_pruning_keeps_metadata_and_modules(tmp_path: Path) -> None:
    for name in (
        "bin/jp.py",
        "pkg/__init__.py",
        "pkg/__pycache__/x.pyc",
        "pkg/sub/tests/__init__.py",
        "pkg/tests/test_x.py",
        "pkg-1.0.dist-info/METADATA",
        "pkg-1.0.dist-info/uv_cache.json",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    prune(tmp_path)
    left = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()}
    # Only a distribution's own top-level tests go: deeper down, "tests" may be real code.
    assert left == {
        "pkg/__init__.py",
        "pkg/sub/tests/__init__.py",
        "pkg-1.0.dist-info/METADATA",
    }
