"""Prints a portal user on the terminal."""

from __future__ import annotations

from rich.console import Console

from ops.report import moment
from ops.users import UserView


def render(view: UserView, console: Console) -> None:
    """Print ids, the state of the Account, and each change of the Account."""
    mapping, account = view.mapping, view.account
    console.print(f"Portal user {mapping.user_id}", style="bold")
    console.print(f"  customer number  {mapping.customer_number}", soft_wrap=True)
    console.print(f"  WHMCS client     {mapping.whmcs_client_id}", soft_wrap=True)
    console.print(f"  Account          {mapping.sf_account_id}", soft_wrap=True)
    if account is None:
        console.print("  ✗ Salesforce has no such Account.", style="red")
    elif account.id != mapping.sf_account_id:
        console.print(f"  ✗ merged into {account.id}; followed at the next use.", style="yellow")
    elif account.customer_number.casefold() != mapping.customer_number.casefold():
        console.print(
            f"  ✗ the Account's customer number is {account.customer_number or 'empty'}.",
            style="yellow",
            soft_wrap=True,
        )
    else:
        console.print("  ✓ the Account exists and has that customer number.")
    for remap in view.remaps:
        console.print(
            f"  {moment(remap.at)}  {remap.from_account} → {remap.to_account}  {remap.reason}",
            soft_wrap=True,
        )
