"""Reading a CloudFormation template: resources by type, and what their intrinsics point at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Resource = dict[str, Any]


@dataclass(frozen=True)
class Template:
    """A synthesised template."""

    document: dict[str, Any]

    @property
    def resources(self) -> dict[str, Resource]:
        """Every resource by logical id."""
        resources: dict[str, Resource] = self.document["Resources"]
        return resources

    @property
    def outputs(self) -> dict[str, Any]:
        """Every output by name."""
        outputs: dict[str, Any] = self.document["Outputs"]
        return outputs

    def of(self, type_: str) -> dict[str, Resource]:
        """Resources of one type by logical id; fails when there is none, so no loop is empty."""
        found = {
            id_: resource for id_, resource in self.resources.items() if resource["Type"] == type_
        }
        assert found, f"no {type_} in the template"
        return found

    def count(self, type_: str) -> int:
        """How many resources of a type there are."""
        return sum(resource["Type"] == type_ for resource in self.resources.values())

    def named(self, type_: str, name_property: str, name: str) -> tuple[str, dict[str, Any]]:
        """Logical id and properties of the one resource of that physical name."""
        (found,) = (
            (id_, resource["Properties"])
            for id_, resource in self.of(type_).items()
            if resource["Properties"].get(name_property) == name
        )
        return found

    def statements(self, function: dict[str, Any]) -> list[dict[str, Any]]:
        """Everything that a function's own role allows."""
        role = self.resources[target(function["Role"])]["Properties"]
        return [
            statement
            for policy in role["Policies"]
            for statement in policy["PolicyDocument"]["Statement"]
        ]


def target(intrinsic: Any) -> str:
    """The logical id that a Ref or Fn::GetAtt points at."""
    if "Ref" in intrinsic:
        return str(intrinsic["Ref"])
    return str(intrinsic["Fn::GetAtt"][0])


def as_list(value: Any) -> list[Any]:
    """IAM writes a single value without its list."""
    return value if isinstance(value, list) else [value]


def targets(value: Any) -> Iterator[str]:
    """Every logical id mentioned anywhere inside a value."""
    if isinstance(value, dict):
        if set(value) <= {"Ref", "Fn::GetAtt"}:
            yield target(value)
        else:
            for inner in value.values():
                yield from targets(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from targets(inner)
