"""The texts of the Salesforce package: custom labels, their Japanese, and the remedies.

Sources: `docs/error-codes.md` (remedies in English), `salesforce/texts/remedies.ja.json` (the same
in Japanese) and `salesforce/texts/labels.json` (all other texts in both languages).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from ops.salesforce_project.paths import ERROR_CODES, NAMESPACE, PROJECT

LABELS = Path("force-app/main/default/labels/CustomLabels.labels-meta.xml")
TRANSLATION = Path("japanese/main/default/translations/ja.translation-meta.xml")
REMEDIES = Path("force-app/main/default/lwc/portalRemedies/portalRemedies.js")
REMEDY_PREFIX = "Portal_Remedy_"
MOST_CHARACTERS = 1000  # of the value of a custom label
_ROW = re.compile(r"^\| `(?P<code>[a-z-]+)` \| (?P<remedy>[^|]+) \|", re.MULTILINE)
_NAME = re.compile(r"Portal(_[A-Za-z0-9]+)+")
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


class TextsError(ValueError):
    """The sources do not fit together; the message says what to change."""


@dataclass(frozen=True)
class Text:
    """One custom label."""

    name: str
    english: str
    japanese: str


def remedies(page: str) -> dict[str, str]:
    """What the operator does, by error code, from the tables of `docs/error-codes.md`.

    Backquotes are left out: a custom label is plain text. Raises TextsError when there is no row.
    """
    found = {row["code"]: row["remedy"].strip().replace("`", "") for row in _ROW.finditer(page)}
    if not found:
        msg = "docs/error-codes.md has no row of the form | `code` | remedy |"
        raise TextsError(msg)
    return found


def label_name(code: str) -> str:
    """The name of the custom label with the remedy of an error code."""
    return REMEDY_PREFIX + code.replace("-", "_")


def read_texts(page: str, labels: str, japanese: str) -> list[Text]:
    """All custom labels, by name.

    The arguments are the contents of `docs/error-codes.md`, `labels.json` and `remedies.ja.json`.
    Raises TextsError when a translation is missing, or was made from another English text.
    """
    texts = [
        Text(name, text["en"], text.get("ja", "")) for name, text in json.loads(labels).items()
    ]
    english, translated = remedies(page), json.loads(japanese)
    texts += [
        _remedy(code, english.get(code), translated.get(code))
        for code in sorted(english.keys() | translated.keys())
    ]
    for text in texts:
        _check(text)
    return sorted(texts, key=lambda text: text.name)


def _remedy(code: str, english: str | None, translated: dict[str, str] | None) -> Text:
    if english is None:
        msg = f"remedies.ja.json has {code}, which docs/error-codes.md does not have: remove it"
        raise TextsError(msg)
    if translated is None or translated["en"] != english:
        msg = f"translate the remedy of {code} in remedies.ja.json: {english}"
        raise TextsError(msg)
    return Text(label_name(code), english, translated["ja"])


def _check(text: Text) -> None:
    if not _NAME.fullmatch(text.name):
        msg = f"{text.name} is no name for a label of this package"
        raise TextsError(msg)
    if not text.english or not text.japanese:
        msg = f"{text.name} lacks a language"
        raise TextsError(msg)
    if max(len(text.english), len(text.japanese)) > MOST_CHARACTERS:
        msg = f"{text.name} is longer than {MOST_CHARACTERS} characters"
        raise TextsError(msg)
    if _placeholders(text.english) != _placeholders(text.japanese):
        msg = f"{text.name} has different placeholders in the two languages"
        raise TextsError(msg)


def _placeholders(value: str) -> set[str]:
    return set(re.findall(r"\{\d\}", value))


def labels_xml(texts: list[Text]) -> str:
    """The custom labels in English."""
    entries = "".join(
        f"""    <labels>
        <fullName>{text.name}</fullName>
        <categories>Portal</categories>
        <language>en_US</language>
        <protected>false</protected>
        <shortDescription>{text.name.replace("_", " ")}</shortDescription>
        <value>{escape(text.english)}</value>
    </labels>
"""
        for text in texts
    )
    return f'{_HEAD}<CustomLabels xmlns="{NAMESPACE}">\n{entries}</CustomLabels>\n'


def translation_xml(texts: list[Text]) -> str:
    """The same in Japanese."""
    entries = "".join(
        f"""    <customLabels>
        <label>{escape(text.japanese)}</label>
        <name>{text.name}</name>
    </customLabels>
"""
        for text in texts
    )
    return f'{_HEAD}<Translations xmlns="{NAMESPACE}">\n{entries}</Translations>\n'


def remedies_js(page: str) -> str:
    """The module of the screen that knows the remedy of each error code."""
    codes = sorted(remedies(page))
    imports = "".join(
        f"import {code.replace('-', '_')} from '@salesforce/label/c.{label_name(code)}';\n"
        for code in codes
    )
    entries = ",\n".join(
        f"    '{code}': {code.replace('-', '_')}" if "-" in code else f"    {code}"
        for code in codes
    )
    return f"""// Generated from docs/error-codes.md by `make salesforce-generate`.
{imports}
const REMEDIES = {{
{entries}
}};

/** Returns what the operator does about an error code; undefined for an unknown code. */
export function remedyFor(code) {{
    return REMEDIES[code];
}}

/** Returns why an order cannot be provisioned now; `stop` has a code and what it is about. */
export function stopText(stop) {{
    const remedy = remedyFor(stop.code);
    return stop.detail ? `${{remedy}} (${{stop.detail}})` : remedy;
}}
"""


def generated_texts(project: Path = PROJECT, error_codes: Path = ERROR_CODES) -> dict[Path, str]:
    """Contents of the generated files by path within the project. Raises TextsError."""
    page = error_codes.read_text(encoding="utf-8")
    sources = project / "texts"
    texts = read_texts(
        page,
        (sources / "labels.json").read_text(encoding="utf-8"),
        (sources / "remedies.ja.json").read_text(encoding="utf-8"),
    )
    return {
        LABELS: labels_xml(texts),
        TRANSLATION: translation_xml(texts),
        REMEDIES: remedies_js(page),
    }
