"""JSON schemas of the JSON that staff write in Salesforce, made from the models that parse it.

`python -m ops.schemas` writes them, and a test fails when they are out of date.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from portal.domain.catalog import ConfigOptions

OUTPUT = Path(__file__).parents[1] / "docs" / "config-options.schema.json"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def render() -> str:
    """Return the schema of `Portal_ConfigOptions_JSON__c` as it is committed."""
    schema = {
        "$schema": DIALECT,
        "title": "Portal_ConfigOptions_JSON__c, version 1",
        **_untitled(ConfigOptions.model_json_schema(by_alias=True)),
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _untitled(node: Any) -> Any:
    """Return the schema without the titles that pydantic makes from names."""
    if isinstance(node, dict):
        return {
            key: _untitled(value)
            for key, value in node.items()
            if not (key == "title" and isinstance(value, str))
        }
    return [_untitled(item) for item in node] if isinstance(node, list) else node


def main() -> None:
    """Write the schema."""
    OUTPUT.write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main()
