"""The roles, and who asks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

Role = Literal["look", "approve", "steer", "feed"]
ROLES: tuple[Role, ...] = get_args(Role)
#: What each role may do, as the help and the pages say it.
MEANINGS: dict[Role, str] = {
    "look": "see prices, reasons, alerts",
    "approve": "look, and approve or reject proposals",
    "steer": "look, and set prices, freeze, roll back, change policies",
    "feed": "post events, and nothing else",
}
_ALSO: dict[str, tuple[Role, ...]] = {"approve": ("look",), "steer": ("look",)}


@dataclass(frozen=True)
class Actor:
    """Who asks. `by` says how they were recognised: token, session, proxy or local.

    secret: what forms of theirs are signed for; another's form does not fit.
    """

    name: str
    roles: frozenset[Role]
    by: Literal["token", "session", "proxy", "local"]
    secret: str = ""

    def may(self, role: Role) -> bool:
        """Whether they have this role."""
        return role in self.roles


def with_implied(roles: Iterable[Role]) -> frozenset[Role]:
    """The roles, and those that they include.

    >>> sorted(with_implied(["steer"]))
    ['look', 'steer']
    """
    given = set(roles)
    return frozenset(given.union(*(_ALSO.get(role, ()) for role in given)))


def parsed(text: str) -> list[Role]:
    """The roles of "look,feed"; ValueError names the one that there is not."""
    names = [part.strip() for part in text.split(",") if part.strip()]
    found = [role for role in ROLES if role in names]
    unknown = sorted(set(names) - set(found))
    if unknown or not found:
        raise ValueError(f"{', '.join(unknown) or 'none'}: roles are {', '.join(ROLES)}")
    return found
