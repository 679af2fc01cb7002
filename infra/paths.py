"""The paths of this checkout."""

from __future__ import annotations

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
OUTPUT = REPOSITORY / "cdk.out"
LAYERS = REPOSITORY / "build" / "layers"
OWN_LAYER = REPOSITORY / "layers" / "shared"
