"""`python -m ops.salesforce_project generate` writes the generated files of `salesforce/`."""

from __future__ import annotations

import sys

from ops.salesforce_project.paths import PROJECT
from ops.salesforce_project.texts import TextsError, generated


def generate() -> int:
    """Write the generated files; 0, or 2 when their sources do not fit together."""
    try:
        files = generated()
    except TextsError as error:
        print(f"The texts of the Salesforce project: {error}", file=sys.stderr)
        return 2
    for path, content in files.items():
        target = PROJECT / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")
    return 0


if __name__ == "__main__":
    if sys.argv[1:] != ["generate"]:
        sys.exit("usage: python -m ops.salesforce_project generate")
    sys.exit(generate())
