"""The permissions of the users of an org."""

from __future__ import annotations

from collections.abc import Iterable

from local.emulators.salesforce.apex.access import FULL, Access
from local.emulators.salesforce.apex.metadata import PermissionSet
from local.emulators.salesforce.apex.program import Program
from local.emulators.salesforce.org import ADMIN_ID


class Users:
    """Permission sets by user; the org's first user is a system administrator."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._assigned: dict[str, Access] = {}

    def assign(self, user_id: str, names: Iterable[str]) -> None:
        """Give a user exactly these permission sets and groups; raises ValueError."""
        self.give(user_id, Access(item for name in names for item in self._sets(name)))

    def give(self, user_id: str, access: Access) -> None:
        """Give a user exactly these permissions."""
        self._assigned[user_id] = access

    def access(self, user_id: str) -> Access:
        """The user's permissions: nothing without an assignment."""
        if user_id == ADMIN_ID:
            return FULL
        return self._assigned.get(user_id, Access())

    def clear(self) -> None:
        """Take everything away again."""
        self._assigned.clear()

    def _sets(self, name: str) -> list[PermissionSet]:
        members = self._program.permission_set_groups.get(name, (name,))
        unknown = [item for item in members if item not in self._program.permission_sets]
        if unknown:
            msg = f"the project has no permission set or group {unknown[0]}"
            raise ValueError(msg)
        return [self._program.permission_sets[item] for item in members]
