"""WHMCS' billing cycles, whoever writes them."""

from __future__ import annotations

CYCLES = ("monthly", "quarterly", "semiannually", "annually", "biennially", "triennially")


def normal_cycle(text: str) -> str:
    """The input name of a cycle: `One Time`, `Onetime` and `onetime` are the same."""
    bare = "".join(char for char in text.lower() if char.isalpha())
    return "free" if bare == "freeaccount" else bare
