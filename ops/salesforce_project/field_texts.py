"""The Japanese of what operators see of Order and Order Product: fields, values, buttons.

Sources: the fields and actions of the package, and `salesforce/texts/fields.ja.json`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from ops.salesforce_project.paths import NAMESPACE, PROJECT, REPOSITORY
from ops.salesforce_project.sources import Document, Project, child_text
from ops.salesforce_project.texts import TextsError

FOLDER = Path("japanese/main/default/objectTranslations")
OBJECTS = ("Order", "OrderItem")
BUTTON = "WHMCS でプロビジョニング"
_MOBILE = " (モバイル)"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def field_texts(root: Path = PROJECT) -> dict[Path, str]:
    """Contents of the object translations by path within the project.

    Raises TextsError when a field lacks a translation, or its English has changed since.
    """
    project = Project(root, REPOSITORY)
    path = root / "texts" / "fields.ja.json"
    japanese = json.loads(path.read_text(encoding="utf-8"))
    wanted = {name for name in project.fields if name.partition(".")[0] in OBJECTS}
    for name in sorted(japanese.keys() - wanted):
        msg = f"fields.ja.json has {name}, which is no field: remove it"
        raise TextsError(msg)
    files = {}
    for name in sorted(wanted):
        object_name, _, field = name.partition(".")
        document = Document(project.main / f"objects/{object_name}/fields/{field}.field-meta.xml")
        target = FOLDER / f"{object_name}-ja" / f"{field}.fieldTranslation-meta.xml"
        files[target] = _field(name, document, japanese.get(name, {}))
    for object_name in OBJECTS:
        target = FOLDER / f"{object_name}-ja" / f"{object_name}-ja.objectTranslation-meta.xml"
        files[target] = _object(project, object_name)
    return files


def _field(name: str, document: Document, japanese: dict[str, Any]) -> str:
    texts = {"label": document.text("label"), "help": document.text("inlineHelpText")}
    for kind, english in texts.items():
        if japanese.get(kind, {}).get("en") != english or not japanese[kind].get("ja"):
            msg = f"translate the {kind} of {name} in fields.ja.json: {english}"
            raise TextsError(msg)
    values = document.texts("valueSet/valueSetDefinition/value/label")
    known = japanese.get("values", {})
    if sorted(values) != sorted(known):
        msg = f"translate the values of {name} in fields.ja.json: {', '.join(values)}"
        raise TextsError(msg)
    picklist = "".join(
        f"""    <picklistValues>
        <masterLabel>{escape(value)}</masterLabel>
        <translation>{escape(known[value])}</translation>
    </picklistValues>
"""
        for value in values
    )
    return (
        f'{_HEAD}<CustomFieldTranslation xmlns="{NAMESPACE}">\n'
        f"    <help>{escape(japanese['help']['ja'])}</help>\n"
        f"    <label>{escape(japanese['label']['ja'])}</label>\n"
        f"    <name>{document.name}</name>\n"
        f"{picklist}</CustomFieldTranslation>\n"
    )


def _object(project: Project, object_name: str) -> str:
    actions = "".join(
        _entry("quickActions", name.partition(".")[2], BUTTON + (_MOBILE if mobile else ""))
        for name, mobile in _quick_actions(project, object_name)
    )
    links = "".join(
        _entry("webLinks", path.name.split(".")[0], BUTTON)
        for path in sorted(project.main.glob(f"objects/{object_name}/webLinks/*.xml"))
    )
    return (
        f'{_HEAD}<CustomObjectTranslation xmlns="{NAMESPACE}">\n'
        f"{actions}{links}</CustomObjectTranslation>\n"
    )


def _quick_actions(project: Project, object_name: str) -> list[tuple[str, bool]]:
    """The object's quick actions, and whether each is for the mobile app."""
    found = project.documents("quickActions", "quickAction")
    return [
        (name, child_text(document.root, "type") == "Flow")
        for name, document in found.items()
        if name.startswith(f"{object_name}.")
    ]


def _entry(tag: str, name: str, label: str) -> str:
    return f"""    <{tag}>
        <label>{label}</label>
        <name>{name}</name>
    </{tag}>
"""
