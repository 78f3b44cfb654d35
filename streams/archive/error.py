"""An archive that cannot be written or read."""

from __future__ import annotations

from streams.errors import ExpectedError, InputError


class ArchiveError(ExpectedError):
    """The message says which archive, and what to do."""


class NoArchiveError(ArchiveError, InputError):
    """There is none at this place."""

    def __init__(self, where: str) -> None:
        super().__init__(f"there is no archived journal in {where}")
