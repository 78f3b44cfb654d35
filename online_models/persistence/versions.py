"""The versions of the state's layout: which are understood, and how older ones become today's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from online_models.persistence.migrations import (
    from_12,
    from_13,
    from_14,
    from_15,
    from_16,
    from_17,
    from_18,
    from_19,
    from_20,
    from_21,
    from_22,
)

#: Version → what makes the next version's plain data of it, without changing them. A change of what
#: is saved, or of its names, adds the version of today here, one file each.
MIGRATIONS: Mapping[int, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    12: from_12.migrate,
    13: from_13.migrate,
    14: from_14.migrate,
    15: from_15.migrate,
    16: from_16.migrate,
    17: from_17.migrate,
    18: from_18.migrate,
    19: from_19.migrate,
    20: from_20.migrate,
    21: from_21.migrate,
    22: from_22.migrate,
}
OLDEST = min(MIGRATIONS)
#: What is written today.
VERSION = max(MIGRATIONS) + 1


class VersionError(ValueError):
    """State of a version that cannot become today's."""

    def __init__(self, found: int) -> None:
        super().__init__(f"version {found}, and this release reads {OLDEST} to {VERSION}")
        self.found = found


def check(version: int) -> None:
    """VersionError where state of this version cannot become today's."""
    if not OLDEST <= version <= VERSION:
        raise VersionError(version)


def migrate(state: Mapping[str, Any], version: int) -> Mapping[str, Any]:
    """State of today's version, from plain data of an older one; VersionError where it cannot be.

    >>> migrate({}, 99)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    online_models.persistence.versions.VersionError: version 99, and this release reads 12 to ...
    """
    check(version)
    for older in range(version, VERSION):
        state = MIGRATIONS[older](state)
    return state
