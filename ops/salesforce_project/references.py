"""References between the files of the Salesforce project, which no check of a single file sees.

Each rule yields one sentence for each reference that leads nowhere or breaks a convention.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from ops.salesforce_project.paths import REPOSITORY
from ops.salesforce_project.sources import (
    CUSTOM_NAME,
    Document,
    Project,
    child_text,
    package_directories,
)

OPERATOR = "Portal_Operator"
INTEGRATION = "Portal_Integration"
OPERATOR_EDITS = frozenset({"Order.Activation_Type__c", "Order.Activation_Scheduled_At__c"})
_QUERY = re.compile(r"\[\s*SELECT\s+(?P<fields>.*?)\s+FROM\s+(?P<object>\w+)", re.DOTALL)
_SHARING = re.compile(r"\b(with|inherited)\s+sharing\s+class\b", re.IGNORECASE)
_AURA = re.compile(r"@AuraEnabled(?:\([^)]*\))?\s+public static [\w.<>, ]+ (\w+)\(")
_INVOCABLE = re.compile(r"@InvocableVariable(?:\([^)]*\))?\s+public [\w.<>]+ (\w+);")


def _class_files(project: Project) -> Iterator[str]:
    for name, source in project.classes.items():
        if not (project.main / f"classes/{name}.cls-meta.xml").is_file():
            yield f"{name}: the class has no -meta.xml and would not be deployed"
        if not _SHARING.search(source):
            yield f"{name}: declare the class with sharing or inherited sharing"


def _apex_fields(project: Project) -> Iterator[str]:
    for name, source in project.classes.items():
        for token in sorted(set(CUSTOM_NAME.findall(source)) - project.field_names):
            yield f"{name}: there is no field {token}"
        for match in _QUERY.finditer(source):
            for field in match["fields"].split(","):
                if (known := _queried(match["object"], field.strip())) not in project.fields:
                    yield from [f"{name}: there is no field {known}"] if known else []
    for path in sorted((project.root / "scripts").rglob("*.apex")):
        for token in sorted(set(CUSTOM_NAME.findall(path.read_text())) - project.field_names):
            yield f"{path.name}: there is no field {token}"


def _queried(object_name: str, field: str) -> str | None:
    """The custom field that a column of a query names; None for a standard field.

    The relationships in use bear the names of their objects.
    """
    if not field.endswith("__c"):
        return None
    parent, _, name = field.rpartition(".")
    return f"{parent.split('.')[-1] or object_name}.{name}"


def _python_fields(project: Project) -> Iterator[str]:
    for name, tokens in project.python_tokens.items():
        for token in sorted(tokens - project.field_names):
            yield f"{name}: there is no field {token}"


def _labels(project: Project) -> Iterator[str]:
    flows = {name: flow.everywhere("fieldText") for name, flow in _all_flows(project).items()}
    named = [
        *((name, r"\bLabel\.(\w+)", source) for name, source in project.classes.items()),
        *((name, r"@salesforce/label/c\.(\w+)", text) for name, text in project.modules.items()),
        *((name, r"\$Label\.(\w+)", " ".join(texts)) for name, texts in flows.items()),
    ]
    used: set[str] = set()
    for name, pattern, source in named:
        found = set(re.findall(pattern, source))
        used |= found
        for label in sorted(found - project.labels):
            yield f"{name}: there is no label {label}"
    for label in sorted(project.labels - used):
        yield f"{label}: nothing uses this label"


def _all_flows(project: Project) -> dict[str, Document]:
    return project.documents("flows", "flow")


def _permission_sets(project: Project) -> Iterator[str]:
    principals = _principals(project)
    for name, document in project.documents("permissionsets", "permissionset").items():
        yield from _granted_fields(project, name, document)
        for apex in document.texts("classAccesses/apexClass"):
            if apex not in project.classes:
                yield f"{name}: there is no class {apex}"
        granted = document.texts("externalCredentialPrincipalAccesses/externalCredentialPrincipal")
        for principal in granted:
            if principal not in principals:
                yield f"{name}: there is no principal {principal}"
        if not granted:
            continue
        if "UserExternalCredential" not in document.texts("objectPermissions/object"):
            yield f"{name}: a principal is of no use without access to UserExternalCredential"
        if document.elements("classAccesses"):
            yield f"{name}: keep access to principals and to classes in separate permission sets"


def _granted_fields(project: Project, name: str, document: Document) -> Iterator[str]:
    objects = set(document.texts("objectPermissions/object")) | {"OrderItem"}
    for entry in document.elements("fieldPermissions"):
        field = child_text(entry, "field")
        editable = child_text(entry, "editable") == "true"
        if field.endswith("__c") and field not in project.fields:
            yield f"{name}: there is no field {field}"
        if editable and child_text(entry, "readable") != "true":
            yield f"{name}: {field} is editable but not readable"
        if field.partition(".")[0] not in objects:
            yield f"{name}: {field} is granted without access to its object"
        if name != INTEGRATION and editable and field not in OPERATOR_EDITS:
            yield f"{name}: only the portal's own user may edit {field}"


def _principals(project: Project) -> set[str]:
    found: set[str] = set()
    for name, document in project.documents("externalCredentials", "externalCredential").items():
        for entry in document.elements("externalCredentialParameters"):
            if child_text(entry, "parameterType").endswith("Principal"):
                found.add(f"{name}-{child_text(entry, 'parameterName')}")
    return found


def _permission_set_groups(project: Project) -> Iterator[str]:
    known = project.documents("permissionsets", "permissionset")
    groups = project.documents("permissionsetgroups", "permissionsetgroup")
    for name, document in groups.items():
        for member in document.texts("permissionSets"):
            if member not in known:
                yield f"{name}: there is no permission set {member}"


def _readable(project: Project, permission_set: str) -> set[str]:
    document = project.documents("permissionsets", "permissionset").get(permission_set)
    return set(document.texts("fieldPermissions/field")) if document else set()


def _operator_fields(project: Project) -> Iterator[str]:
    readable = _readable(project, OPERATOR)
    for name, source in project.classes.items():
        if "@IsTest" in source:
            continue
        for match in _QUERY.finditer(source):
            for column in match["fields"].split(","):
                field = _queried(match["object"], column.strip())
                if field in project.fields and field not in readable:
                    yield f"{OPERATOR}: {name} reads {field}, which operators cannot read"


def _integration_fields(project: Project) -> Iterator[str]:
    used = {token for tokens in project.python_tokens.values() for token in tokens}
    granted = {name for name in _readable(project, INTEGRATION) if name.endswith("__c")}
    for field in sorted(project.fields):
        touched = field.partition(".")[2] in used
        if touched and field not in granted:
            yield f"{INTEGRATION}: the portal uses {field}, which its user cannot read"
        if field in granted and not touched:
            yield f"{INTEGRATION}: the portal does not use {field}"


def _modules(project: Project) -> Iterator[str]:
    aura = {
        f"{name}.{method}"
        for name, source in project.classes.items()
        for method in _AURA.findall(source)
    }
    for name, source in project.modules.items():
        if not (project.main / f"lwc/{name}/{name}.js-meta.xml").is_file():
            yield f"{name}: the module has no js-meta.xml and would not be deployed"
        for method in re.findall(r"@salesforce/apex/([\w.]+)", source):
            if method not in aura:
                yield f"{name}: {method} is no @AuraEnabled method"
            yield from _granted_class(project, name, method.partition(".")[0])
        for module in re.findall(r"from 'c/(\w+)'", source):
            if module not in project.modules:
                yield f"{name}: there is no module c/{module}"
        for token in sorted(set(CUSTOM_NAME.findall(source)) - project.field_names):
            yield f"{name}: there is no field {token}"


def _granted_class(project: Project, user: str, apex: str) -> Iterator[str]:
    sets = project.documents("permissionsets", "permissionset").values()
    if not any(apex in document.texts("classAccesses/apexClass") for document in sets):
        yield f"{user}: no permission set grants the class {apex}"


def _flows(project: Project) -> Iterator[str]:
    for name, flow in _all_flows(project).items():
        names = set(flow.everywhere("name"))
        for target in flow.everywhere("targetReference") + flow.everywhere("elementReference"):
            if target not in names:
                yield f"{name}: there is no element {target}"
        for action in flow.elements("actionCalls"):
            yield from _flow_action(project, name, flow, child_text(action, "actionName"))
        for component in flow.texts("screens/fields/extensionName"):
            yield from _flow_component(project, name, flow, component.removeprefix("c:"))


def _flow_action(project: Project, name: str, flow: Document, apex: str) -> Iterator[str]:
    source = project.classes.get(apex, "")
    if "@InvocableMethod" not in source:
        yield f"{name}: {apex} has no @InvocableMethod"
        return
    variables = set(_INVOCABLE.findall(source))
    used = flow.texts("actionCalls/inputParameters/name")
    used += flow.texts("actionCalls/outputParameters/name")
    for variable in used:
        if variable not in variables:
            yield f"{name}: {apex} has no variable {variable}"
    if not flow.elements("actionCalls/faultConnector"):
        yield f"{name}: {apex} is called without a fault path"
    yield from _granted_class(project, name, apex)


def _flow_component(project: Project, name: str, flow: Document, component: str) -> Iterator[str]:
    path = project.main / f"lwc/{component}/{component}.js-meta.xml"
    if not path.is_file():
        yield f"{name}: there is no component {component}"
        return
    bundle = Document(path)
    if "lightning__FlowScreen" not in bundle.texts("targets/target"):
        yield f"{name}: {component} is not made for flow screens"
    properties = {
        element.get("name") for element in bundle.elements("targetConfigs/targetConfig/property")
    }
    for parameter in flow.texts("screens/fields/inputParameters/name"):
        if parameter not in properties or f"@api {parameter}" not in project.modules[component]:
            yield f"{name}: {component} has no property {parameter}"


def _actions(project: Project) -> Iterator[str]:
    flows = _all_flows(project)
    for name, action in project.documents("quickActions", "quickAction").items():
        flow, component = action.text("flowDefinition"), action.text("lightningWebComponent")
        if flow and flow not in flows:
            yield f"{name}: there is no flow {flow}"
        if component:
            yield from _component_action(project, name, action, component)
    for path in sorted(project.main.glob("objects/*/webLinks/*.xml")):
        link = Document(path)
        target = re.match(r"/flow/(\w+)", link.text("url"))
        if target is None or target[1] not in flows:
            yield f"{link.name}: there is no flow behind {link.text('url')}"
        elif "ids" not in flows[target[1]].texts("variables/name"):
            yield f"{link.name}: {target[1]} does not take the ids of the selected records"


def _component_action(
    project: Project, name: str, action: Document, component: str
) -> Iterator[str]:
    path = project.main / f"lwc/{component}/{component}.js-meta.xml"
    if not path.is_file():
        yield f"{name}: there is no component {component}"
        return
    bundle = Document(path)
    if "lightning__RecordAction" not in bundle.texts("targets/target"):
        yield f"{name}: {component} is no record action"
    wanted = bundle.text("targetConfigs/targetConfig/actionType")
    if action.text("actionSubtype") != wanted:
        yield f"{name}: the subtype is not {wanted}, as {component} declares"


def _credentials(project: Project) -> Iterator[str]:
    externals = project.documents("externalCredentials", "externalCredential")
    credentials = project.documents("namedCredentials", "namedCredential")
    for name, document in credentials.items():
        for external in document.texts("namedCredentialParameters/externalCredential"):
            if external not in externals:
                yield f"{name}: there is no external credential {external}"
    for name, source in project.classes.items():
        for credential in re.findall(r"callout:(\w+)", source):
            if credential not in credentials:
                yield f"{name}: there is no named credential {credential}"
            elif credentials[credential].text("allowMergeFieldsInHeader") != "true":
                yield f"{credential}: formulas in headers need allowMergeFieldsInHeader"
        for external in re.findall(r"\$Credential\.(\w+)\.", source):
            if external not in externals:
                yield f"{name}: there is no external credential {external}"


def _lists_and_reports(project: Project) -> Iterator[str]:
    for path in sorted(project.main.glob("objects/*/listViews/*.xml")):
        view = Document(path)
        for column in view.texts("columns") + view.texts("filters/field"):
            if column.endswith("__c") and f"{path.parents[1].name}.{column}" not in project.fields:
                yield f"{view.name}: there is no field {column}"
    objects = {"Order": "Order", "Order.OrderItems": "OrderItem"}
    for name, report in project.documents("reportTypes", "reportType").items():
        for entry in report.elements("sections/columns"):
            field, table = child_text(entry, "field"), child_text(entry, "table")
            if field.endswith("__c") and f"{objects.get(table)}.{field}" not in project.fields:
                yield f"{name}: there is no field {field} in {table}"


def _help_texts(project: Project) -> Iterator[str]:
    for path in sorted(project.main.glob("objects/*/fields/*.xml")):
        if not Document(path).text("inlineHelpText"):
            yield f"{path.name}: the field has no help text"


def _project_file(project: Project) -> Iterator[str]:
    for folder in package_directories(project.root):
        if not folder.is_dir():
            yield f"sfdx-project.json: there is no folder {folder.name}"
    document = json.loads((project.root / "sfdx-project.json").read_text(encoding="utf-8"))
    for entry in document.get("replacements", []):
        path = project.root / entry["filename"]
        if not path.is_file() or entry["stringToReplace"] not in path.read_text(encoding="utf-8"):
            yield f"sfdx-project.json: {entry['filename']} lacks {entry['stringToReplace']}"


RULES: tuple[Callable[[Project], Iterator[str]], ...] = (
    _class_files,
    _apex_fields,
    _python_fields,
    _labels,
    _permission_sets,
    _permission_set_groups,
    _operator_fields,
    _integration_fields,
    _modules,
    _flows,
    _actions,
    _credentials,
    _lists_and_reports,
    _help_texts,
    _project_file,
)


def check_references(root: Path, repository: Path = REPOSITORY) -> list[str]:
    """Every broken reference of the project at `root`; `repository` has the portal's Python."""
    project = Project(root, repository)
    return [finding for rule in RULES for finding in rule(project)]
