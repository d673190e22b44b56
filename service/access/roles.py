"""Roles, each of which sees what those before it see."""

from dataclasses import dataclass
from typing import Literal, get_args

Role = Literal["public", "partner", "analyst"]
"""public: open sources, and what is public of partners' records. partner: their unsuppressed
figures and points. analyst: the incidents themselves, and loading files."""

ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True)
class Visitor:
    """Who asks: the name by which it is told who saw what, and the role."""

    name: str
    role: Role

    def may(self, role: Role) -> bool:
        """Whether the visitor sees what a role sees."""
        return ROLES.index(self.role) >= ROLES.index(role)


NOBODY = Visitor("anyone", "public")
"""Who has not signed in."""
