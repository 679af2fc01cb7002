"""WHMCS' billing cycles and their different spellings."""

from __future__ import annotations

CYCLES = ("monthly", "quarterly", "semiannually", "annually", "biennially", "triennially")


def normal_cycle(text: str) -> str:
    """Return the input name of a cycle. `One Time`, `Onetime` and `onetime` are the same one."""
    bare = "".join(char for char in text.lower() if char.isalpha())
    return "free" if bare == "freeaccount" else bare
