"""Reads docs/api.md as its reader does: runs its commands in order, and compares the answers.

The page's grammar:

- A block `sh` is run by the shell. `API`, `FRONT` and all variables kept so far are set.
- A block `http` behind it is the answer: status, headers, an empty line and a JSON body.
- A line `Keep` with items such as `TOKEN=.accessToken` keeps members of the last answer.
- A comment `<!-- by hand: name -->` stands for what the reader does in a browser.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[1] / "docs" / "api.md"
PART = re.compile(
    r"^```(?P<kind>sh|http)\n(?P<block>.*?)^```$"
    r"|^(?P<keep>Keep [^\n]+)$"
    r"|^<!-- by hand: (?P<hand>[a-z-]+) -->$",
    re.MULTILINE | re.DOTALL,
)
ITEM = re.compile(r"`([A-Z_]+)=((?:\.\w+|\[\d+\])+)`")
LITERAL = frozenset({"type", "code", "status", "kind"})
"""Members whose values are compared, too; of all others only the type is."""
SECONDS = 120


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a command is answered: status, names of headers with their values, and the body."""

    status: int
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True, kw_only=True)
class Command:
    """A block of shell commands, where it stands, and its answer when the page shows one."""

    line: int
    text: str
    answer: Answer | None


@dataclass(frozen=True)
class Keep:
    """Variables and the paths of their values in the last answer."""

    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ByHand:
    """Something that is done in a browser."""

    name: str


Part = Command | Keep | ByHand


def read(text: str) -> list[Part]:
    """Return the parts of the page in order. Raises ValueError for an answer without command."""
    parts: list[Part] = []
    for match in re.finditer(PART, text):
        line = text.count("\n", 0, match.start()) + 1
        block = match["block"]
        if match["kind"] == "sh":
            parts.append(Command(line=line, text=block, answer=None))
        elif match["kind"] == "http":
            command = parts[-1] if parts else None
            if not isinstance(command, Command) or command.answer is not None:
                raise ValueError(f"line {line}: an answer without a command before it")
            parts[-1] = Command(line=command.line, text=command.text, answer=parse(block))
        elif match["keep"]:
            parts.append(Keep(tuple(ITEM.findall(match["keep"]))))
        else:
            parts.append(ByHand(match["hand"]))
    return parts


def parse(block: str) -> Answer:
    """Return the answer that is written as status, headers, an empty line and a body."""
    head, _, body = block.strip().partition("\n\n")
    status, *headers = head.splitlines()
    pairs = (line.split(":", 1) for line in headers)
    return Answer(
        status=int(status.split()[0]),
        headers={name.strip().lower(): value.strip() for name, value in pairs},
        body=json.loads(body) if body else None,
    )


@dataclass
class Reader:
    """Runs the page's commands. `hands` does what stands in comments, and may set variables."""

    variables: dict[str, str]
    hands: Mapping[str, Callable[[dict[str, str]], None]]
    directory: Path
    last: Any = field(default=None, init=False)

    def follow(self, text: str) -> Iterator[tuple[Command, Answer]]:
        """Yield each command with the answer that came. The caller compares."""
        for part in read(text):
            if isinstance(part, Keep):
                for name, path in part.items:
                    self.variables[name] = str(member(self.last, path))
            elif isinstance(part, ByHand):
                self.hands[part.name](self.variables)
            else:
                answer = self._run(part)
                self.last = answer.body
                yield part, answer

    def _run(self, command: Command) -> Answer:
        headers = self.directory / "headers"
        (self.directory / ".curlrc").write_text(
            f'silent\nshow-error\nnoproxy = "*"\ndump-header = "{headers}"\n', encoding="utf-8"
        )
        done = subprocess.run(  # noqa: S603  # the commands of our own page
            ["bash", "-euc", command.text],  # noqa: S607  # the reader's bash
            env={
                "PATH": os.environ["PATH"],
                "CURL_HOME": str(self.directory),
                "LC_ALL": "C.UTF-8",
                **self.variables,
            },
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        if done.returncode:
            raise AssertionError(f"docs/api.md:{command.line}: {done.stderr.strip()}")
        return received(headers.read_text(encoding="utf-8"), done.stdout)


def received(head: str, body: str) -> Answer:
    """Return the answer that curl has written down; a body that is no JSON stays a text."""
    status, *headers = head.strip().split("\r\n\r\n")[-1].splitlines()
    pairs = (line.split(":", 1) for line in headers if ":" in line)
    try:
        content = json.loads(body) if body.strip() else None
    except ValueError:
        content = body
    return Answer(
        status=int(status.split()[1]),
        headers={name.strip().lower(): value.strip() for name, value in pairs},
        body=content,
    )


def member(document: Any, path: str) -> Any:
    """Return a member by a path such as `.items[0].id`. Raises KeyError or IndexError."""
    for name, index in re.findall(r"\.(\w+)|\[(\d+)\]", path):
        document = document[int(index)] if index else document[name]
    return document


def differences(shown: Any, came: Any, path: str = "") -> Iterator[str]:
    """Yield what differs in shape between the page's body and the answer's.

    Null fits everything, and lists of the page are shortened to their first items.
    """
    if shown is None or came is None:
        return
    if isinstance(shown, dict) and isinstance(came, dict):
        for name in sorted(shown.keys() ^ came.keys()):
            yield f"{path}.{name} is only {'on the page' if name in shown else 'in the answer'}"
        for name in sorted(shown.keys() & came.keys()):
            one, other = shown[name], came[name]
            if name in LITERAL and isinstance(one, str | int) and one != other:
                yield f"{path}.{name} is {one} on the page and {other} in the answer"
            yield from differences(one, other, f"{path}.{name}")
    elif isinstance(shown, list) and isinstance(came, list):
        if shown and not came:
            yield f"{path} is empty in the answer"
        for number, (one, other) in enumerate(zip(shown, came, strict=False)):
            yield from differences(one, other, f"{path}[{number}]")
    elif type(shown) is not type(came):
        yield f"{path} is {type(shown).__name__} on the page and {type(came).__name__}"


def compare(command: Command, came: Answer) -> list[str]:
    """Return what the page says wrong about the answer of a command."""
    shown = command.answer
    if shown is None:
        return [] if came.status < 400 else [f"{came.status}: {came.body}"]
    if shown.status != came.status:
        return [f"{shown.status} on the page and {came.status}: {came.body}"]
    missing = [f"the header {name} is missing" for name in shown.headers.keys() - came.headers]
    return [*missing, *differences(shown.body, came.body)]


def called(command: Command) -> tuple[str, str]:
    """Return method and path (without query) of the last call of the API in a command.

    Raises ValueError when it calls something else.
    """
    calls = command.text.split("curl ")[1:]
    address = re.match(r'(?:-X (\w+) )?"\$API(/[^"?]*)', calls[-1])
    if address is None:
        raise ValueError(f"line {command.line}: no call of the API")
    return address[1] or ("POST" if "--json" in calls[-1] else "GET"), address[2]


def template_of(path: str, templates: Iterator[str]) -> str | None:
    """Return the path of the API that a path with the page's values and variables belongs to."""
    fitting = [
        template
        for template in templates
        if re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template)), path)
    ]
    return min(fitting, key=lambda template: template.count("{"), default=None)
