"""Before anything is made anew, what would make it wrong is refused."""

from __future__ import annotations

from typing import Any

import pytest

from streams.archive import rebuilding
from streams.archive.error import ArchiveError
from streams.configuration.settings import Settings


class Admin:
    """One who knows a journal of three partitions, or none."""

    def __init__(self, error: int) -> None:
        self._error = error

    def describe_topics(self, _names: list[str]) -> list[dict[str, Any]]:
        return [{"error_code": self._error, "partitions": [{}, {}, {}]}]

    def close(self) -> None: ...


@pytest.mark.parametrize(
    ("error", "partitions", "refusal"),
    [(0, 3, None), (0, 8, "has 3 partitions.*--partitions 3"), (3, 3, "no topic pricing-journal")],
)
def test_a_journal_of_other_partitions_is_refused(
    error: int, partitions: int, refusal: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "reach", lambda _: Admin(error))
    settings = Settings(bootstrap="nowhere:1", partitions=partitions)
    if refusal is None:
        rebuilding.require_partitions(settings)
    else:
        with pytest.raises(ArchiveError, match=refusal):
            rebuilding.require_partitions(settings)
