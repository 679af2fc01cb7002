"""A customer number on the terminal."""

from __future__ import annotations

from rich.console import Console

from ops.numbers import NumberView
from ops.report import moment


def render(view: NumberView, console: Console) -> None:
    """Print who has the number and how much of each limit is used up."""
    console.print(f"Customer number {view.number}", style="bold")
    if view.user_id is not None:
        console.print(f"  ✓ portal user {view.user_id}: `ops users show` tells more.")
    elif view.held_until is not None:
        console.print(
            f"  an unfinished sign-up holds it until {moment(view.held_until)}; then it is free.",
            soft_wrap=True,
        )
    else:
        console.print("  nobody has signed up with it.")
    for counted in view.counted:
        full = counted.attempts >= counted.most
        console.print(
            f"  {'✗' if full else ' '} {counted.what}: {counted.attempts} of {counted.most} in "
            f"{counted.seconds // 3600} h",
            style="yellow" if full else None,
        )
